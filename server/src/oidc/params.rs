//! Parameters of a request, `application/x-www-form-urlencoded`, as applications send them.
//!
//! A value that is empty counts as left out, and one that is there twice as wrong (RFC 6749, 3.1 and 3.2).

/// Longest query or body that is looked at, in bytes: a request with a long state is a tenth of it.
pub const MAX_BYTES: usize = 4 << 10;

/// A request that is longer than [`MAX_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request is too long: leave out what is not needed")]
pub struct TooLong;

/// A parameter that is there more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is there more than once")]
pub struct Twice(pub &'static str);

/// The parameters in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Takes a query or a body apart.
    ///
    /// # Errors
    /// When it is too long.
    pub fn read(bytes: &[u8]) -> Result<Self, TooLong> {
        if bytes.len() > MAX_BYTES {
            return Err(TooLong);
        }
        let pairs = form_urlencoded::parse(bytes);
        Ok(Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()))
    }

    /// The value of a parameter.
    ///
    /// # Errors
    /// When it is there more than once.
    pub fn get(&self, name: &'static str) -> Result<Option<&str>, Twice> {
        let mut values = self.0.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Twice(name)),
            (value, None) => Ok(value.filter(|value| !value.is_empty())),
        }
    }

    /// Without those parameters.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect())
    }

    /// With one more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// As a query again.
    #[must_use]
    pub fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// The address with these parameters after those that it has already (RFC 6749, 3.1.2).
    #[must_use]
    pub fn onto(&self, address: &str) -> String {
        let query = self.query();
        match address.split_once('?') {
            _ if query.is_empty() => address.into(),
            None => format!("{address}?{query}"),
            Some((_, "")) => format!("{address}{query}"),
            Some(_) => format!("{address}&{query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn empty_is_left_out_and_twice_is_wrong() {
        let params = Params::read(b"a=1&b=&c=x%20y%2B&d=1&d=2&e=&e=").expect("short");
        assert_eq!(params.get("a"), Ok(Some("1")));
        assert_eq!(params.get("b"), Ok(None));
        assert_eq!(params.get("c"), Ok(Some("x y+")));
        assert_eq!(params.get("d"), Err(Twice("d")));
        assert_eq!(params.get("e"), Err(Twice("e")));
        assert_eq!(params.get("f"), Ok(None));
        assert_eq!(Params::read(&[b'a'; MAX_BYTES + 1]), Err(TooLong));
    }

    #[test]
    fn an_address_keeps_the_query_that_it_has() {
        let params = Params::default().with("code", "a b").with("state", "&=");
        assert_eq!(params.onto("https://crm.test/back"), "https://crm.test/back?code=a+b&state=%26%3D");
        assert_eq!(
            params.onto("https://crm.test/back?x=1"),
            "https://crm.test/back?x=1&code=a+b&state=%26%3D"
        );
        assert_eq!(params.onto("https://crm.test/?"), "https://crm.test/?code=a+b&state=%26%3D");
        assert_eq!(Params::default().onto("https://crm.test/"), "https://crm.test/");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let params = Params::read(&bytes).expect("short");
            let again = Params::read(params.query().as_bytes());
            // Escaped it may be longer than what is read, but never something else.
            if let Ok(again) = again {
                prop_assert_eq!(&again, &params);
            }
            let _ = (params.get("state"), params.without(&["state"]));
        }

        #[test]
        fn what_is_written_is_read(name in "[a-z_]{1,12}", value in any::<String>()) {
            let written = Params::default().with(&name, value.clone());
            let query = written.query();
            prop_assert!(query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'));
            if query.len() <= MAX_BYTES {
                prop_assert_eq!(Params::read(query.as_bytes()), Ok(written));
            }
        }
    }
}
