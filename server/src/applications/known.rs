//! The applications, kept in memory until the directory changes: they are looked at on every request of theirs.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use url::Url;
use wire::AgentId;

use crate::names;
use crate::store::{Application, Store, StoreError};

/// Every application, as of an epoch.
pub(super) struct Known {
    store: Store,
    directory: watch::Receiver<i64>,
    read: Mutex<Option<(i64, Arc<All>)>>,
}

/// What was read at one epoch.
struct All {
    applications: Vec<(Url, Arc<Application>)>,
}

impl Known {
    pub(super) fn new(store: Store, directory: watch::Receiver<i64>) -> Self {
        Self { store, directory, read: Mutex::default() }
    }

    /// The directory's epoch, as this node has seen it.
    pub(super) fn epoch(&self) -> i64 {
        *self.directory.borrow()
    }

    async fn all(&self) -> Result<Arc<All>, StoreError> {
        // Before the query: what changes while it runs is read the next time.
        let epoch = self.epoch();
        if let Some((of, all)) = &*self.read.lock().unwrap_or_else(PoisonError::into_inner)
            && *of == epoch
        {
            return Ok(Arc::clone(all));
        }
        let rows = self.store.applications().await?.into_iter();
        // An agent's address was parsed before it was written down.
        let applications = rows.filter_map(|row| Some((Url::parse(&row.url).ok()?, Arc::new(row)))).collect();
        let all = Arc::new(All { applications });
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some((epoch, Arc::clone(&all)));
        Ok(all)
    }

    /// The application of that agent.
    pub(super) async fn of_agent(&self, agent: AgentId) -> Result<Option<Arc<Application>>, StoreError> {
        let all = self.all().await?;
        let mut found = all.applications.iter().filter(|(_, application)| application.agent == agent);
        Ok(found.next().map(|(_, application)| Arc::clone(application)))
    }

    /// The application of that name.
    pub(super) async fn named(&self, name: &str) -> Result<Option<Arc<Application>>, StoreError> {
        let all = self.all().await?;
        let key = names::key(name);
        let mut found =
            all.applications.iter().filter(|(_, application)| names::key(&application.name) == key);
        Ok(found.next().map(|(_, application)| Arc::clone(application)))
    }

    /// The application that an address belongs to: of those with its origin and the beginning of its path, the one
    /// with the longest.
    pub(super) async fn at(&self, url: &Url) -> Result<Option<Arc<Application>>, StoreError> {
        let all = self.all().await?;
        let covering = all.applications.iter().filter(|(base, _)| covers(base, url));
        let closest = covering.max_by_key(|(base, _)| base.path().len());
        Ok(closest.map(|(_, application)| Arc::clone(application)))
    }
}

fn covers(base: &Url, url: &Url) -> bool {
    let path = base.path().trim_end_matches('/');
    let below = url.path().strip_prefix(path);
    base.origin() == url.origin() && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_belongs_to_whose_origin_and_path_it_begins_with() {
        for (base, url, belongs) in [
            ("https://crm.example", "https://crm.example/a?b", true),
            ("https://crm.example", "https://crm.example:443/", true),
            ("https://crm.example", "http://crm.example/", false),
            ("https://crm.example", "https://crm.example:8443/", false),
            ("https://crm.example", "https://crm.example.evil.test/", false),
            ("https://crm.example", "https://www.crm.example/", false),
            ("https://tools.example/crm", "https://tools.example/crm", true),
            ("https://tools.example/crm", "https://tools.example/crm/a", true),
            ("https://tools.example/crm", "https://tools.example/crm?a", true),
            ("https://tools.example/crm", "https://tools.example/crm2", false),
            ("https://tools.example/crm", "https://tools.example/crm/../wiki", false),
            ("https://tools.example/crm", "https://tools.example/", false),
        ] {
            let (parsed, of) = (Url::parse(url).expect(url), Url::parse(base).expect(base));
            assert_eq!(covers(&of, &parsed), belongs, "{url} of {base}");
        }
    }
}
