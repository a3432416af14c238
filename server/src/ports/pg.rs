//! What the PostgreSQL gateway asks beside what every gateway asks: who signs in.

use std::net::IpAddr;

use async_trait::async_trait;
use gateway_pg::{Directory, Verifier};
use gateway_ssh::{DirectoryError, SignIn};

use super::StoreDirectory;
use super::directory::known;
use crate::auth::{Door, Outcome};

#[async_trait]
impl Directory for StoreDirectory {
    async fn verifier(&self, user: &str) -> Result<Verifier, DirectoryError> {
        let (auth, user) = (self.auth.clone(), user.to_owned());
        self.here(async move { auth.verifier(&user).await }).await
    }

    async fn sign_in(&self, user: &str, from: IpAddr, proven: bool) -> Result<SignIn, DirectoryError> {
        let (auth, user) = (self.auth.clone(), user.to_owned());
        let outcome = self.here(async move { auth.proof(&user, proven, from, Door::Postgres).await }).await?;
        Ok(match outcome {
            Outcome::Accepted(user) => SignIn::Accepted(known(user)),
            Outcome::Disabled | Outcome::Wrong => SignIn::Refused,
            Outcome::Throttled(_) => SignIn::Throttled,
        })
    }
}
