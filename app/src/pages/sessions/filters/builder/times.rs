//! Clauses about time: how long open, started when, for how long idle.

use leptos::prelude::*;

use super::{choice, form};
use crate::table::{Clause, Moment, Span};
use crate::words::words;

#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Older,
    Newer,
    On,
    Between,
    After,
    Before,
}

/// A number and its unit.
#[derive(Clone, Copy)]
struct Length {
    number: RwSignal<String>,
    unit: RwSignal<char>,
}

impl Length {
    fn new(span: Option<Span>) -> Self {
        let (number, unit) = span.map_or((String::new(), 'h'), |span| {
            let (number, unit) = span.whole();
            (number.to_string(), unit)
        });
        Self { number: RwSignal::new(number), unit: RwSignal::new(unit) }
    }

    fn read(self) -> Option<Span> {
        Span::read(&format!("{}{}", self.number.get_untracked().trim(), self.unit.get_untracked()))
    }

    fn fields(self) -> AnyView {
        let words = &words().filters;
        let units = [
            ('s', words.seconds),
            ('m', words.minutes),
            ('h', words.hours),
            ('d', words.days),
            ('w', words.weeks),
        ];
        view! {
            <div class="pair">
                <input
                    class="field"
                    type="number"
                    min="1"
                    step="1"
                    inputmode="numeric"
                    aria-label=words.number
                    prop:value=self.number
                    on:input=move |event| self.number.set(event_target_value(&event))
                />
                {choice(words.unit, false, units.to_vec(), self.unit)}
            </div>
        }
        .into_any()
    }
}

/// A day, and perhaps a time of it.
#[derive(Clone, Copy)]
struct At {
    day: RwSignal<String>,
    time: RwSignal<String>,
}

impl At {
    fn new(moment: Option<Moment>) -> Self {
        let text = moment.map(|moment| moment.to_string()).unwrap_or_default();
        let (day, time) = text.split_once('T').unwrap_or((&text, ""));
        Self { day: RwSignal::new(day.into()), time: RwSignal::new(time.into()) }
    }

    fn read(self) -> Option<Moment> {
        let (day, time) = (self.day.get_untracked(), self.time.get_untracked());
        Moment::read(&if time.is_empty() { day } else { format!("{day}T{time}") })
    }

    fn fields(self, day: &'static str, time: &'static str) -> AnyView {
        let field = |kind: &'static str, label: &'static str, value: RwSignal<String>| {
            view! {
                <input
                    class="field"
                    type=kind
                    aria-label=label
                    prop:value=value
                    on:input=move |event| value.set(event_target_value(&event))
                />
            }
        };
        view! { <div class="pair">{field("date", day, self.day)} {field("time", time, self.time)}</div> }
            .into_any()
    }
}

/// Open for how long, or since when.
pub(super) fn started(old: Option<Clause>, apply: Callback<Clause>) -> AnyView {
    let words = &words().filters;
    let (when, span, from, to) = match &old {
        Some(Clause::Newer(span)) => (When::Newer, Some(*span), None, None),
        Some(Clause::Older(span)) => (When::Older, Some(*span), None, None),
        Some(Clause::After(from)) => (When::After, None, Some(*from), None),
        Some(Clause::Before(to)) => (When::Before, None, Some(*to), None),
        Some(Clause::Between { from: Some(from), to, .. }) if from == to => (When::On, None, Some(*to), None),
        Some(Clause::Between { from, to, .. }) => (When::Between, None, *from, Some(*to)),
        _ => (When::Older, None, None, None),
    };
    let not = matches!(old, Some(Clause::Between { not: true, .. }));
    let (when, length) = (RwSignal::new(when), Length::new(span));
    let (from, to, wrong) = (At::new(from), At::new(to), RwSignal::new(None));
    let answers = vec![
        (When::Older, words.older),
        (When::Newer, words.newer),
        (When::On, words.on),
        (When::Between, words.between),
        (When::After, words.after),
        (When::Before, words.before),
    ];
    let fields = view! {
        {choice(words.when, true, answers, when)}
        {move || match when.get() {
            When::Older | When::Newer => length.fields(),
            When::Between => {
                let first = from.fields(words.day, words.time);
                view! { {first} {to.fields(words.last_day, words.last_time)} }.into_any()
            }
            When::On | When::After | When::Before => from.fields(words.day, words.time),
        }}
        <p class="help" hidden=move || matches!(when.get(), When::Older | When::Newer)>{words.any_time}</p>
    };
    let submit = move || {
        let clause = match when.get_untracked() {
            When::Older => length.read().map(Clause::Older),
            When::Newer => length.read().map(Clause::Newer),
            When::On => from.read().map(|day| Clause::Between { not, from: Some(day), to: day }),
            When::Between => from.read().zip(to.read()).map(|(from, to)| Clause::between(not, from, to)),
            When::After => from.read().map(Clause::After),
            When::Before => from.read().map(Clause::Before),
        };
        let spans = matches!(when.get_untracked(), When::Older | When::Newer);
        match clause {
            Some(clause) => apply.run(clause),
            None => wrong.set(Some(if spans { words.say_how_long } else { words.say_when }.to_owned())),
        }
    };
    form(fields.into_any(), wrong, submit)
}

/// Idle for how long.
pub(super) fn idle(old: Option<&Clause>, apply: Callback<Clause>) -> AnyView {
    let words = &words().filters;
    let (not, span) = match old {
        Some(Clause::Idle { not, span }) => (*not, Some(*span)),
        _ => (false, None),
    };
    let (not, length, wrong) = (RwSignal::new(not), Length::new(span), RwSignal::new(None));
    if span.is_none() {
        length.unit.set('m');
    }
    let fields = view! {
        {choice(words.when, true, vec![(false, words.idle_more), (true, words.idle_less)], not)}
        {length.fields()}
    };
    let submit = move || match length.read() {
        Some(span) => apply.run(Clause::Idle { not: not.get_untracked(), span }),
        None => wrong.set(Some(words.say_how_long.to_owned())),
    };
    form(fields.into_any(), wrong, submit)
}
