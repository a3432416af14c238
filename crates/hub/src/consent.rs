//! The owner's consent: who waits for it, and what was answered.
//!
//! An answer holds for its user until the session ends. Pure: no clock, no waiting.

use wire::UserId;

/// Who wants to watch: a user, by whom the answer is remembered.
pub(crate) type Asker = Option<UserId>;

/// Watchers who may wait for the owner at a time; more are refused.
const WAITING: usize = 16;

/// Somebody asks to watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Names the question within its session.
    pub id: u64,
    /// Name of who asks.
    pub by: String,
}

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nothing yet.
    None,
    /// They may watch.
    Yes,
    /// They may not.
    No,
}

/// What somebody who wants to watch finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// The answer is known.
    Known(bool),
    /// The owner is asked.
    Asked(u64),
    /// Too many wait.
    Full,
}

#[derive(Debug, Default)]
pub(crate) struct Consents {
    answers: Vec<(Asker, bool)>,
    /// The first is the one that the owner is shown.
    waiting: Vec<Waiting>,
    next: u64,
}

#[derive(Debug)]
struct Waiting {
    question: Question,
    asker: Asker,
    /// How many windows of the asker wait.
    windows: usize,
}

impl Consents {
    /// Asks, unless the answer is known; two windows of one user share a question.
    pub(crate) fn ask(&mut self, asker: Asker, by: &str) -> Stand {
        if let Some(&(_, answer)) = self.answers.iter().find(|(user, _)| *user == asker) {
            return Stand::Known(answer);
        }
        if let Some(waiting) = self.waiting.iter_mut().find(|waiting| waiting.asker == asker) {
            waiting.windows += 1;
            return Stand::Asked(waiting.question.id);
        }
        if self.waiting.len() >= WAITING {
            return Stand::Full;
        }
        let id = self.next;
        self.next += 1;
        let question = Question { id, by: by.to_owned() };
        self.waiting.push(Waiting { question, asker, windows: 1 });
        Stand::Asked(id)
    }

    /// One window waits no more; gives the question if it was the last.
    pub(crate) fn withdraw(&mut self, id: u64) -> Option<Question> {
        let at = self.waiting.iter().position(|waiting| waiting.question.id == id)?;
        self.waiting[at].windows -= 1;
        (self.waiting[at].windows == 0).then(|| self.waiting.remove(at).question)
    }

    /// The owner answered a question; who had asked, if they still wait.
    pub(crate) fn answer(&mut self, id: u64, yes: bool) -> Option<String> {
        let at = self.waiting.iter().position(|waiting| waiting.question.id == id)?;
        let Waiting { question, asker, .. } = self.waiting.remove(at);
        self.answers.push((asker, yes));
        Some(question.by)
    }

    pub(crate) fn answer_for(&self, asker: Asker) -> Answer {
        match self.answers.iter().find(|(user, _)| *user == asker) {
            Some((_, true)) => Answer::Yes,
            Some((_, false)) => Answer::No,
            None => Answer::None,
        }
    }

    /// The question that the owner is to answer now.
    pub(crate) fn first(&self) -> Option<&Question> {
        self.waiting.first().map(|waiting| &waiting.question)
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use wire::UserId;

    use super::{Answer, Consents, Stand, WAITING};

    #[test]
    fn an_answer_holds_for_its_user() {
        let (olga, otto) = (Some(UserId::generate()), Some(UserId::generate()));
        let mut consents = Consents::default();
        assert_eq!(consents.ask(olga, "olga"), Stand::Asked(0));
        assert_eq!(consents.ask(otto, "otto"), Stand::Asked(1));
        assert_eq!(consents.ask(olga, "olga"), Stand::Asked(0), "one question a user");
        assert_eq!(consents.answer(0, true).as_deref(), Some("olga"));
        assert_eq!(consents.answer(0, false), None, "the first answer stands");
        assert_eq!(consents.ask(olga, "olga"), Stand::Known(true));
        assert_eq!(consents.first().map(|question| question.id), Some(1));
        assert!(consents.answer(1, false).is_some());
        assert_eq!(consents.ask(otto, "otto"), Stand::Known(false));
        assert_eq!(consents.answer_for(otto), Answer::No);
    }

    #[test]
    fn the_last_window_that_leaves_withdraws_the_question() {
        let olga = Some(UserId::generate());
        let mut consents = Consents::default();
        consents.ask(olga, "olga");
        consents.ask(olga, "olga");
        assert_eq!(consents.withdraw(0), None);
        assert!(consents.first().is_some());
        assert!(consents.withdraw(0).is_some());
        assert!(consents.first().is_none() && consents.withdraw(0).is_none());
        assert_eq!(consents.answer_for(olga), Answer::None);
        assert_eq!(consents.ask(olga, "olga"), Stand::Asked(1), "who left may ask again");
    }

    #[test]
    fn a_crowd_is_not_asked_about() {
        let mut consents = Consents::default();
        for _ in 0..WAITING {
            assert!(matches!(consents.ask(Some(UserId::generate()), "x"), Stand::Asked(_)));
        }
        assert_eq!(consents.ask(Some(UserId::generate()), "x"), Stand::Full);
    }
}
