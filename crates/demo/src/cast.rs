//! Who plays in the show: people, the systems they connect to, and what they do there.

use crate::actor::Step::{self, Keys, Line, Pause, Prompt};

/// A person.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) full_name: &'static str,
    pub(crate) role: &'static str,
    /// Last part of the loopback address that they come from.
    pub(crate) device: u8,
}

/// A managed system with its one account.
pub(crate) struct System {
    pub(crate) agent: &'static str,
    /// Tells its address from the others'.
    pub(crate) number: u8,
    pub(crate) display_name: &'static str,
    pub(crate) group: &'static str,
    pub(crate) login: &'static str,
    /// Whether the account's secret is a key; else it is a password.
    pub(crate) by_key: bool,
    pub(crate) greeting: &'static str,
}

/// A session that is kept open.
pub(crate) struct Part {
    pub(crate) person: &'static str,
    pub(crate) agent: &'static str,
    /// Columns and rows of the person's window; pixels if it is a desktop.
    pub(crate) size: (u16, u16),
    /// Typed once.
    pub(crate) opening: &'static [Step],
    /// Typed again and again.
    pub(crate) refrain: &'static [Step],
}

/// The administrator that one signs in as.
pub(crate) const ADMIN: &str = "admin";

/// A person who owns one account and sees its sessions alone.
pub(crate) const OWNER: (&str, &str) = ("sofia", "db-prod-2");

pub(crate) const PEOPLE: &[Person] = &[
    Person { name: ADMIN, full_name: "Ada Moreau", role: "admin", device: 17 },
    Person { name: OWNER.0, full_name: "Sofia Lund", role: "user", device: 24 },
    Person { name: "alice", full_name: "Alice Novak", role: "user", device: 31 },
    Person { name: "tom", full_name: "Tom Becker", role: "user", device: 38 },
    Person { name: "ravi", full_name: "Ravi Iyer", role: "user", device: 45 },
    Person { name: "mei", full_name: "Mei Tanaka", role: "user", device: 52 },
    Person { name: DESK_PART.person, full_name: "Nora Weiss", role: "user", device: 66 },
    Person { name: "omar", full_name: "Omar Haddad", role: "operator", device: 59 },
];

pub(crate) const SYSTEMS: &[System] = &[
    System {
        agent: "db-prod-2",
        number: 2,
        display_name: "PostgreSQL production",
        group: "datacentre-1",
        login: "postgres",
        by_key: false,
        greeting: "\n  db-prod-2: PostgreSQL production. Changes need a ticket.\n\n",
    },
    System {
        agent: "edge-14",
        number: 14,
        display_name: "Edge routers",
        group: "network",
        login: "netops",
        by_key: true,
        greeting: "\n  edge-14: edge router, site north.\n\n",
    },
    System {
        agent: "build-3",
        number: 3,
        display_name: "Build farm",
        group: "datacentre-1",
        login: "deploy",
        by_key: true,
        greeting: "\n  build-3: build farm. Jobs are logged in ~/logs.\n\n",
    },
    System {
        agent: "web-5",
        number: 5,
        display_name: "Shop front end",
        group: "dmz",
        login: "root",
        by_key: false,
        greeting: "\n  web-5: shop front end. Do not restart between 08:00 and 22:00.\n\n",
    },
];

pub(crate) const PARTS: &[Part] = &[
    Part {
        person: "alice",
        agent: "db-prod-2",
        size: (132, 36),
        opening: &[Prompt, Line("ls -l")],
        refrain: &[
            Prompt,
            Pause(1500),
            Line("head -5 orders.csv"),
            Prompt,
            Pause(2500),
            Line(
                "awk -F, 'NR > 1 { sum[$3] += $4 } END { for (c in sum) printf \"%-8s %10.2f\\n\", c, sum[c] }' orders.csv",
            ),
            Prompt,
            Pause(3000),
            Line("grep -c ',DE,' orders.csv"),
            Prompt,
            Pause(1200),
            Line("for t in orders items stock; do echo \"vacuum $t\"; sleep 0.7; done"),
            Prompt,
            Pause(2000),
            Line("sort -t, -k4 -rn orders.csv | head -8"),
            Prompt,
            Pause(2500),
            Line("date; df -h . | tail -1"),
            Prompt,
            Pause(4000),
            Line("clear"),
        ],
    },
    Part {
        person: "tom",
        agent: "edge-14",
        size: (100, 30),
        opening: &[Prompt, Line("watch-load")],
        refrain: &[Pause(60_000)],
    },
    Part {
        person: "ravi",
        agent: "build-3",
        size: (120, 32),
        opening: &[Prompt, Pause(800), Line("tail -n 20 -f logs/build.log")],
        refrain: &[Pause(60_000)],
    },
    Part {
        person: "mei",
        agent: "web-5",
        size: (90, 28),
        opening: &[Prompt, Line("cat runbook.txt")],
        refrain: &[
            Prompt,
            Pause(2000),
            Line("vi runbook.txt"),
            Pause(1800),
            Keys("Go"),
            Keys("Checked the certificates of the shop, all valid until spring.\r"),
            Pause(900),
            Keys("Next: move the static files behind the new cache.\r"),
            Pause(1200),
            Keys("\u{1b}"),
            Pause(700),
            Keys("gg"),
            Pause(900),
            Keys("jjjj"),
            Pause(1100),
            Keys("G"),
            Pause(1500),
            // Not written: so the file stays short for hours.
            Keys(":q!\r"),
            Prompt,
            Pause(1500),
            Line("wc runbook.txt"),
            Prompt,
            Pause(1500),
            Line("clear"),
        ],
    },
    Part {
        person: "alice",
        agent: "web-5",
        size: (160, 44),
        opening: &[Prompt, Line("dashboard")],
        refrain: &[Pause(60_000)],
    },
];

/// The desktops. Each takes one person at a time, so that there is a second one for who looks at the show.
pub(crate) const DESKS: [System; 2] = [
    System {
        agent: DESK_PART.agent,
        number: 7,
        display_name: "Accounting desktop",
        group: "office",
        login: "clerk",
        by_key: false,
        greeting: "",
    },
    System {
        agent: "desk-8",
        number: 8,
        display_name: "Reception desktop",
        group: "office",
        login: "clerk",
        by_key: false,
        greeting: "",
    },
];

/// The session on the first desktop. Its person types blindly, so nothing there waits for a prompt.
pub(crate) const DESK_PART: Part = Part {
    person: "nora",
    agent: "desk-7",
    // Little more than the terminal, so that it can be read beside the list.
    size: (800, 500),
    opening: &[Pause(1500), Line("ls -l")],
    refrain: &[
        Pause(3000),
        Line("for n in 1 2 3 4 5 6 7 8 9; do date; sleep 1; done"),
        Pause(11_000),
        Line("head -12 orders.csv"),
        Pause(4000),
        Line("top -d 1 -n 10"),
        Pause(13_000),
        Line("sort -t, -k4 -rn orders.csv | head -8"),
        Pause(4000),
        Line("cat runbook.txt"),
        Pause(5000),
        Line("clear"),
    ],
};

/// A command without a terminal that comes and goes, and the seconds between two of them.
pub(crate) const ERRAND: (&str, &str, &str, u64) =
    ("ravi", "build-3", "uptime; df -h . ; sleep 12; tail -n 3 logs/build.log", 15);

/// Who may connect to what, besides the administrator.
pub(crate) const GRANTS: &[(&str, &str)] = &[
    ("alice", "db-prod-2"),
    ("alice", "web-5"),
    ("tom", "edge-14"),
    ("ravi", "build-3"),
    ("mei", "web-5"),
    (DESK_PART.person, DESK_PART.agent),
];

/// The person with this name.
pub(crate) fn person(name: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.name == name)
}

/// The system with this name.
pub(crate) fn system(agent: &str) -> Option<&'static System> {
    SYSTEMS.iter().chain(&DESKS).find(|system| system.agent == agent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_may_do_what_their_part_says() {
        let errand = (ERRAND.0, ERRAND.1);
        for part in PARTS.iter().chain([&DESK_PART]).map(|part| (part.person, part.agent)).chain([errand]) {
            assert!(GRANTS.contains(&part), "{part:?} has no grant");
            assert!(PEOPLE.iter().any(|person| person.name == part.0), "{part:?} is nobody");
            assert!(system(part.1).is_some(), "{part:?} is nowhere");
        }
    }
}
