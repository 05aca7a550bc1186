//! Mail addresses, URLs and slugs that Django's validators accept for certain: plain ASCII ones.
//! Whatever else they accept is left to them.

const LONGEST_LABEL: usize = 63;
const LONGEST_HOST: usize = 253;
const LONGEST_MAIL: usize = 320;

/// `^[-a-zA-Z0-9_]+$`
pub fn is_slug(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.bytes().all(is_part)
}

/// Letters, digits and hyphens, none of them at an end.
fn is_label(label: &str) -> bool {
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// At least two labels, the last of letters.
fn is_domain(text: &str) -> bool {
    let Some((labels, top)) = text.rsplit_once('.') else { return false };
    text.len() <= LONGEST_HOST
        && top.len() >= 2
        && is_label(top)
        && top.bytes().all(|byte| byte.is_ascii_alphabetic())
        && labels.split('.').all(is_label)
}

/// What `EmailValidator` calls a dot-atom.
fn is_user(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{}|~-".contains(&byte);
    text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_part))
}

/// `EmailValidator`
pub fn is_mail(text: &str) -> bool {
    text.len() <= LONGEST_MAIL
        && text.rsplit_once('@').is_some_and(|(user, domain)| is_user(user) && is_domain(domain))
}

/// `URLValidator` with its own schemes: a host by name, maybe a port, maybe more.
pub fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let (host, more) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (host, port) = host.split_once(':').unwrap_or((host, "0"));
    matches!(scheme, "http" | "https" | "ftp" | "ftps")
        && is_domain(host)
        && (1..=5).contains(&port.len())
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && more.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_ones_are_known() {
        assert!(is_mail("jo.o'hara+x@mail.example.com"));
        assert!(is_url("https://example.com:8000/a?b=[c]#d"));
        assert!(is_url("ftp://a-b.example"));
        assert!(is_slug("a_B-9"));
    }

    #[test]
    fn the_rest_is_left_to_django() {
        for text in ["", "@", "a@b", ".a@b.cd", "a@-b.cd", "a@b.c1", "a b@c.de", "a@b.cd."] {
            assert!(!is_mail(text), "{text}");
        }
        for text in [
            "",
            "http://",
            "http://a",
            "http://u@a.bc",
            "http://[::1]",
            "http://a.bc/ ",
            "x://a.bc",
        ] {
            assert!(!is_url(text), "{text}");
        }
        for text in ["", "a b", "ä", "a\n"] {
            assert!(!is_slug(text), "{text}");
        }
    }
}
