//! Layouts of every version, and columns that move.

use super::*;
use proptest::prelude::*;

#[test]
fn the_default_shows_the_nine() {
    let labels: Vec<_> = Layout::default().shown().into_iter().map(Column::label).collect();
    assert_eq!(
        labels,
        [
            "User",
            "Device",
            "Client",
            "Start date",
            "Type",
            "Port",
            "Service URL",
            "Account name",
            "Service provider"
        ]
    );
}

#[test]
fn a_layout_of_another_version_is_taken_as_far_as_known() {
    let layout = Layout::from_json(
        Sheet::Sessions,
        r#"{"columns":["type","gone","user","type"],"hidden":["user","gone"],"more":1}"#,
    );
    assert_eq!(layout.columns()[..3], [(Column::Type, true), (Column::User, false), (Column::Device, true)]);
    assert_eq!(layout.columns().len(), Column::ALL.len());
}

#[test]
fn what_became_another_kind_is_passed_over_alone() {
    let layout = Layout::from_json(
        Sheet::Sessions,
        r#"{"columns":["type","user"],"widths":{"user":90000,"type":"wide","gone":5},"pinned":["user",7],"group":3}"#,
    );
    assert_eq!(layout.shown()[..2], [Column::User, Column::Type]);
    assert_eq!((layout.width(Column::User), layout.width(Column::Type)), (Some(1_200), None));
    assert!(layout.is_pinned(Column::User) && !layout.is_pinned(Column::Type));
    assert_eq!(layout.group(), None);
}

#[test]
fn pinned_columns_come_first_and_stay_among_themselves() {
    let mut layout = Layout::default();
    layout.pin(Column::Type, true);
    layout.pin(Column::Port, true);
    assert_eq!(layout.shown()[..3], [Column::Type, Column::Port, Column::User]);
    assert!(!layout.nudge(Column::Port, true) && layout.nudge(Column::Port, false));
    assert!(!layout.nudge(Column::User, false));
    layout.move_to(Column::Client, Column::Port);
    layout.move_to(Column::Port, Column::Device);
    assert_eq!(layout.shown()[..4], [Column::Type, Column::Port, Column::Client, Column::User]);
    layout.pin(Column::Type, false);
    assert_eq!(layout.shown()[..3], [Column::Port, Column::Type, Column::Client]);
    layout.show_only(&[Column::User, Column::Port, Column::Node]);
    assert_eq!(layout.shown(), [Column::Port, Column::User, Column::Node]);
    layout.set_width(Column::User, 3);
    assert_eq!(layout.width(Column::User), Some(56));
    layout.unset_width(Column::User);
    assert_eq!(layout.width(Column::User), None);
}

#[test]
fn nonsense_is_the_default() {
    for json in ["", "null", "[]", "{", r#"{"columns":5}"#, r#"{"columns":["gone"]}"#, r#"{"columns":[]}"#] {
        assert_eq!(Layout::from_json(Sheet::Sessions, json), Layout::default(), "{json}");
    }
}

#[test]
fn the_last_column_stays() {
    let mut layout = Layout::default();
    for column in Column::ALL {
        layout.show(column, false);
    }
    assert_eq!(layout.shown(), [Column::ServiceProvider]);
}

#[test]
fn columns_move_among_the_shown() {
    let mut layout = Layout::default();
    layout.show(Column::Device, false);
    assert!(layout.nudge(Column::Client, false));
    assert_eq!(layout.shown()[..2], [Column::Client, Column::User]);
    assert!(!layout.nudge(Column::Client, false));
    layout.move_to(Column::Type, Column::Client);
    assert_eq!(layout.shown()[..3], [Column::Type, Column::Client, Column::User]);
    layout.move_to(Column::Type, Column::User);
    assert_eq!(layout.shown()[..3], [Column::Client, Column::User, Column::Type]);
    assert!(layout.is_before(Column::User, Column::Type) && !layout.is_before(Column::Type, Column::User));
}

proptest! {
    #[test]
    fn a_layout_survives_its_storage(steps in prop::collection::vec((0..16_usize, 0..16_usize, any::<(bool, bool, u16)>()), 0..40)) {
        let mut layout = Layout::default();
        for (column, place_of, (shown, pinned, width)) in steps {
            layout.move_to(Column::ALL[column], Column::ALL[place_of]);
            layout.show(Column::ALL[column], shown);
            layout.pin(Column::ALL[place_of], pinned);
            layout.set_width(Column::ALL[column], width);
            layout.set_group(shown.then_some(Column::ALL[place_of]));
            let pins: Vec<bool> = layout.shown().into_iter().map(|column| layout.is_pinned(column)).collect();
            prop_assert!(pins.is_sorted_by(|a, b| a >= b));
            prop_assert_eq!(layout.columns().len(), Column::ALL.len());
            prop_assert!(!layout.shown().is_empty());
        }
        prop_assert_eq!(Layout::from_json(Sheet::Sessions, &layout.to_json()), layout);
    }
}
