//! The viewer's copy of a picture: order, gaps, slow decoding.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const EXTENT: Extent = Extent { width: 400, height: 300 };

fn tile(x: u16, image: u8) -> Tile {
    Tile { rect: Rect { x, y: 0, width: 10, height: 10 }, source: Source::Image(vec![image]) }
}

fn moved(x: u16, from: u16) -> Tile {
    Tile { source: Source::Moved { x: from, y: 0 }, ..tile(x, 0) }
}

fn begun(seq: u64) -> Picture<u8> {
    let mut picture = Picture::default();
    let jobs = picture.whole(seq, EXTENT, Pointer::Default, vec![tile(0, 1)]).unwrap();
    decode(&mut picture, &jobs);
    picture
}

/// Decodes them; what is to be decoded next.
fn decode(picture: &mut Picture<u8>, jobs: &[Job]) -> Vec<Job> {
    jobs.iter().flat_map(|job| picture.decoded(job.at, job.image[0])).collect()
}

fn drawn(picture: &mut Picture<u8>) -> Vec<(u64, Vec<u8>)> {
    let images = |step: Step<u8>| {
        let image = |(_, part)| if let Part::Image(image) = part { image } else { None };
        (step.seq.unwrap(), step.parts.into_iter().filter_map(image).collect::<Vec<_>>())
    };
    std::iter::from_fn(|| picture.next()).map(images).collect()
}

#[test]
fn nothing_overtakes_what_came_before() {
    let mut picture = begun(7);
    let slow = picture.drawn(8, vec![tile(0, 2), tile(20, 3)]).unwrap();
    let fast = picture.drawn(9, vec![tile(0, 4)]).unwrap();
    picture.pointer(10, Pointer::Hidden).unwrap();
    decode(&mut picture, &fast);
    assert_eq!(drawn(&mut picture), [(7, vec![1])]);
    decode(&mut picture, &slow[1..]);
    assert!(!picture.is_ready());
    decode(&mut picture, &slow[..1]);
    assert_eq!(drawn(&mut picture), [(8, vec![2, 3]), (9, vec![4]), (10, vec![])]);
    assert_eq!(picture.waiting, 0);
}

#[test]
fn what_moves_waits_for_its_turn_alone() {
    let mut picture = begun(7);
    let jobs = picture.drawn(8, vec![moved(0, 20), tile(0, 2)]).unwrap();
    picture.drawn(9, vec![moved(20, 0)]).unwrap();
    assert_eq!((jobs.len(), drawn(&mut picture)), (1, vec![(7, vec![1])]));
    decode(&mut picture, &jobs);
    let step = picture.next().unwrap();
    assert_eq!(
        step.parts.iter().map(|(_, part)| part).collect::<Vec<_>>(),
        [&Part::Moved(20, 0), &Part::Image(Some(2))]
    );
    assert_eq!(picture.next().map(|step| step.parts), Some(vec![(tile(20, 0).rect, Part::Moved(0, 0))]));
    assert_eq!(picture.waiting, 0);
}

#[test]
fn a_missing_a_repeated_and_an_early_event_are_gaps() {
    for seq in [7, 9, 0] {
        assert_eq!(begun(7).drawn(seq, vec![tile(0, 2)]), Err(Fault::Gap), "{seq}");
        assert_eq!(begun(7).pointer(seq, Pointer::Hidden), Err(Fault::Gap), "{seq}");
    }
    assert_eq!(Picture::<u8>::default().drawn(1, vec![]), Err(Fault::Gap));
}

#[test]
fn a_whole_picture_may_come_at_any_time_and_waits_its_turn() {
    let mut picture = begun(7);
    let jobs = picture.whole(20, Extent::DEFAULT, Pointer::Hidden, vec![tile(0, 5)]).unwrap();
    assert_eq!(drawn(&mut picture), [(7, vec![1])]);
    decode(&mut picture, &jobs);
    let step = picture.next().unwrap();
    assert_eq!(
        (step.seq, step.extent, step.pointer),
        (Some(20), Some(Extent::DEFAULT), Some(Pointer::Hidden))
    );
    assert!(picture.drawn(21, vec![]).is_ok());
}

#[test]
fn who_is_slow_sees_fewer_pictures_and_the_same_last_one() {
    let mut picture = begun(7);
    let begun = [vec![tile(0, 2)], vec![tile(0, 3)]];
    let mut jobs = Vec::new();
    for (seq, tiles) in (8..).zip(begun) {
        jobs.push(picture.drawn(seq, tiles).unwrap());
    }
    // The first of them hides nothing, the last all but what is beside it.
    for (seq, tiles) in (10..).zip([vec![tile(0, 4), tile(20, 5)], vec![tile(0, 6)], vec![]]) {
        assert_eq!(picture.drawn(seq, tiles), Ok(vec![]));
    }
    picture.pointer(13, Pointer::Hidden).unwrap();
    assert_eq!((picture.waits(), picture.waiting), (7, 500));
    let late = decode(&mut picture, &jobs[0]);
    assert_eq!(drawn(&mut picture), [(7, vec![1]), (8, vec![2])]);
    assert_eq!(late.len(), 2);
    decode(&mut picture, &jobs[1]);
    decode(&mut picture, &late);
    assert_eq!(drawn(&mut picture), [(9, vec![3]), (13, vec![5, 6])]);
    assert_eq!((picture.waits(), picture.waiting), (0, 0));
}

#[test]
fn what_moves_hides_nothing_and_a_whole_picture_everything() {
    let mut picture = begun(7);
    for seq in [8, 9] {
        picture.drawn(seq, vec![tile(0, 2)]).unwrap();
    }
    picture.drawn(10, vec![tile(0, 3)]).unwrap();
    picture.drawn(11, vec![moved(20, 0), tile(0, 4)]).unwrap();
    assert_eq!(picture.late.as_ref().map(|late| late.tiles.len()), Some(3));
    picture.whole(40, EXTENT, Pointer::Default, vec![tile(0, 5)]).unwrap();
    assert_eq!(picture.late.as_ref().map(|late| late.tiles.len()), Some(1));
    assert_eq!((picture.waits(), picture.waiting), (6, 400));
}

#[test]
fn what_was_forgotten_is_not_drawn() {
    let mut picture = begun(7);
    let old = picture.drawn(8, vec![tile(0, 2)]).unwrap();
    picture.start_over();
    assert_eq!(picture.drawn(9, vec![]), Err(Fault::Gap));
    let new = picture.whole(30, EXTENT, Pointer::Default, vec![tile(0, 9)]).unwrap();
    decode(&mut picture, &old);
    assert!(!picture.is_ready());
    decode(&mut picture, &new);
    decode(&mut picture, &new);
    assert_eq!(drawn(&mut picture), [(30, vec![9])]);
}

#[test]
fn what_waits_is_bounded() {
    let mut picture = begun(0);
    let all = |source| vec![Tile { rect: Extent::MAX.rect(), source }];
    for seq in [1, 2] {
        picture.drawn(seq, all(Source::Image(vec![0]))).unwrap();
    }
    let fault = (3..9).find_map(|seq| picture.drawn(seq, all(Source::Moved { x: 0, y: 0 })).err());
    assert_eq!(fault, Some(Fault::TooFarBehind));
    picture.start_over();
    assert!(picture.whole(0, Extent::MAX, Pointer::Default, all(Source::Image(vec![1]))).is_ok());
}

const CELLS: u16 = 6;

/// A frame of a picture that is one row: a whole one, or changes.
#[derive(Clone, Debug)]
enum Frame {
    Whole(u8),
    Changes(Vec<Tile>),
}

fn tiles() -> impl Strategy<Value = Vec<Tile>> {
    let span = (0..CELLS, 1..4_u16).prop_map(|(x, width)| (x, width.min(CELLS - x)));
    let source = prop_oneof![
        3 => any::<u8>().prop_map(|image| Source::Image(vec![image])),
        1 => (0..CELLS).prop_map(|x| Source::Moved { x, y: 0 }),
    ];
    let tile = (span, source).prop_map(|((x, width), source)| {
        let source = match source {
            Source::Moved { x, .. } => Source::Moved { x: x.min(CELLS - width), y: 0 },
            image @ Source::Image(_) => image,
        };
        Tile { rect: Rect { x, y: 0, width, height: 1 }, source }
    });
    prop::collection::vec(tile, 0..4)
}

fn frame() -> impl Strategy<Value = Frame> {
    prop_oneof![1 => any::<u8>().prop_map(Frame::Whole), 9 => tiles().prop_map(Frame::Changes)]
}

fn draw(row: &mut [u8], rect: Rect, image: Option<u8>, from: u16) {
    let to = usize::from(rect.x)..usize::from(rect.x + rect.width);
    match image {
        Some(image) => row[to].fill(image),
        None => row.copy_within(usize::from(from)..usize::from(from + rect.width), to.start),
    }
}

/// Draws all that is ready.
fn show(
    picture: &mut Picture<u8>,
    canvas: &mut [u8; CELLS as usize],
    truth: &BTreeMap<u64, [u8; CELLS as usize]>,
) -> Result<(), TestCaseError> {
    while let Some(step) = picture.next() {
        if step.extent.is_some() {
            canvas.fill(0);
        }
        for (rect, part) in step.parts {
            match part {
                Part::Image(image) => draw(canvas, rect, Some(image.unwrap()), 0),
                Part::Moved(x, _) => draw(canvas, rect, None, x),
            }
        }
        prop_assert_eq!(*canvas, truth[&step.seq.unwrap()]);
    }
    Ok(())
}

proptest! {
    /// Whatever comes and however slowly it is decoded, what is shown under a number is what belongs to it.
    #[test]
    fn a_number_is_one_picture(
        frames in prop::collection::vec((frame(), 0..5_usize), 1..40),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 200),
    ) {
        let (mut picture, mut jobs, mut picks) = (Picture::<u8>::default(), Vec::new(), picks.into_iter().cycle());
        let (mut row, mut canvas) = ([0; CELLS as usize], [0; CELLS as usize]);
        let mut truth = BTreeMap::from([(0, row)]);
        jobs.extend(picture.whole(0, EXTENT, Pointer::Default, vec![]).unwrap());
        let last = frames.len() as u64;
        for (seq, (frame, decodes)) in (1..).zip(frames) {
            match frame {
                Frame::Whole(image) => {
                    row.fill(image);
                    let tile = Tile { rect: Rect { width: CELLS, height: 1, ..tile(0, 0).rect }, ..tile(0, image) };
                    jobs.extend(picture.whole(seq, EXTENT, Pointer::Default, vec![tile]).unwrap());
                }
                Frame::Changes(tiles) => {
                    for Tile { rect, source } in &tiles {
                        match source {
                            Source::Image(image) => draw(&mut row, *rect, Some(image[0]), 0),
                            Source::Moved { x, .. } => draw(&mut row, *rect, None, *x),
                        }
                    }
                    jobs.extend(picture.drawn(seq, tiles).unwrap());
                }
            }
            truth.insert(seq, row);
            let decodes = if seq == last { usize::MAX } else { decodes };
            for _ in 0..decodes {
                if jobs.is_empty() {
                    break;
                }
                let job = jobs.swap_remove(picks.next().unwrap().index(jobs.len()));
                jobs.extend(picture.decoded(job.at, job.image[0]));
                show(&mut picture, &mut canvas, &truth)?;
            }
        }
        prop_assert!(jobs.is_empty());
        show(&mut picture, &mut canvas, &truth)?;
        prop_assert_eq!(canvas, row);
        prop_assert_eq!((picture.waits(), picture.waiting), (0, 0));
    }
}
