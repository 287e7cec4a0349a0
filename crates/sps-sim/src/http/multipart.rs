//! Multipart bodies, as upload forms send them.

/// Returns the content of the first part of a multipart body, or the whole body if it is not multipart.
///
/// The body alone decides: public clients declare multipart bodies as `application/json`.
pub(crate) fn first_part(body: &[u8]) -> &[u8] {
    part(body).unwrap_or(body)
}

/// Finds the first part: the boundary line, header fields, an empty line, the content, and the boundary again.
fn part(body: &[u8]) -> Option<&[u8]> {
    let boundary = &body[..find(body, b"\r\n").filter(|_| body.starts_with(b"--"))?];
    let content = &body[find(body, b"\r\n\r\n")? + 4..];
    let end = find(content, &[b"\r\n", boundary].concat())?;
    Some(&content[..end])
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|it| it == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_part() {
        let body =
            b"--x\r\nContent-Disposition: form-data; name=f\r\n\r\nPK\r\n--y\r\n\r\n--x--\r\n";
        assert_eq!(first_part(body), b"PK\r\n--y\r\n");
    }

    #[test]
    fn returns_other_bodies_unchanged() {
        for body in [&b""[..], b"PK", b"--", b"--x\r\n", b"--x\r\n\r\nPK", b"-\r\n\r\nPK\r\n-"] {
            assert_eq!(first_part(body), body);
        }
    }
}
