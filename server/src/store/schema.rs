//! The tables: the files of `migrations/`, applied in order.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyPool, SqlSafeStr};

use super::StoreError;

const MIGRATIONS: [(i64, &str, &str); 10] = [
    (1, "directory", include_str!("../../../migrations/0001_directory.sql")),
    (2, "sessions", include_str!("../../../migrations/0002_sessions.sql")),
    (3, "access_log", include_str!("../../../migrations/0003_access_log.sql")),
    (4, "recordings", include_str!("../../../migrations/0004_recordings.sql")),
    (5, "reports", include_str!("../../../migrations/0005_reports.sql")),
    (6, "views", include_str!("../../../migrations/0006_views.sql")),
    (7, "applications", include_str!("../../../migrations/0007_applications.sql")),
    (8, "oidc", include_str!("../../../migrations/0008_oidc.sql")),
    (9, "scram", include_str!("../../../migrations/0009_scram.sql")),
    (10, "desktops", include_str!("../../../migrations/0010_desktops.sql")),
];

/// Applies what is not applied yet.
pub(super) async fn migrate(pool: &AnyPool) -> Result<(), StoreError> {
    let migrations = MIGRATIONS
        .into_iter()
        .map(|(version, name, sql)| {
            Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, sql.into_sql_str(), false)
        })
        .collect();
    Migrator::with_migrations(migrations).run(pool).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that nobody embeds is a migration that never runs.
    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder is there")
            .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
            .collect();
        files.sort();
        let embedded: Vec<String> =
            MIGRATIONS.iter().map(|(version, name, _)| format!("{version:04}_{name}.sql")).collect();
        assert_eq!(files, embedded);
    }
}
