//! A long list as CSV: sent while it is read, a piece at a time, and audited with what was sent.

use std::future::Future;
use std::net::IpAddr;

use app::table::file_name;
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use hub::Viewer;
use wire::Millis;

use super::Shared;
use super::problem::Problem;
use super::sessions::by;
use crate::audit::Action;
use crate::store::StoreError;

/// Where an export's records come from.
pub(super) trait Records: Send + 'static {
    /// The next records as they stand in the file, and how many; none when there are no more.
    fn next(&mut self) -> impl Future<Output = Result<Option<(String, u64)>, StoreError>> + Send;
}

/// An export under way; audited when it ends, however it ends.
pub(super) struct Exporting {
    web: Shared,
    viewer: Viewer,
    peer: IpAddr,
    of: &'static str,
    filter: String,
    rows: u64,
}

impl Exporting {
    /// `viewer` exports the rows `of` a list that a `filter` lets through.
    pub(super) const fn new(
        web: Shared,
        viewer: Viewer,
        peer: IpAddr,
        of: &'static str,
        filter: String,
    ) -> Self {
        Self { web, viewer, peer, of, filter, rows: 0 }
    }

    /// The answer: `headings`, and the records as they are read.
    pub(super) async fn answer<R: Records>(self, headings: String, records: R) -> Result<Response, Problem> {
        let name = file_name(&self.of.replace(' ', "-"), Millis::now(), 0);
        let mut source = (self, records);
        // The first piece before the answer, so that a database that is away has a status.
        let first = piece(&mut source).await.map_err(Problem::failed)?.unwrap_or_default();
        let start = stream::iter([Ok::<_, StoreError>(headings + &first)]);
        let rest = stream::try_unfold(source, async |mut source| {
            Ok(piece(&mut source).await?.map(|piece| (piece, source)))
        });
        let headers = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        ];
        Ok((headers, Body::from_stream(start.chain(rest))).into_response())
    }
}

async fn piece<R: Records>(source: &mut (Exporting, R)) -> Result<Option<String>, StoreError> {
    let (exporting, records) = source;
    let Some((csv, rows)) = records.next().await? else { return Ok(None) };
    exporting.rows += rows;
    Ok(Some(csv))
}

impl Drop for Exporting {
    fn drop(&mut self) {
        let event = by(&self.viewer, Action::Exported).on(self.of).from(self.peer);
        self.web.services.journal.note(event.detail(format!("{} rows, filter: {}", self.rows, self.filter)));
    }
}
