//! Multipart bodies, as upload forms send them.

/// Returns the content of the first part of a multipart body, or the whole body if it is not multipart.
///
/// The body alone decides: public clients declare multipart bodies as `application/json`.
pub(crate) fn first_part(body: &[u8]) -> &[u8] {
    part(body).map_or(body, |(_, content)| content)
}

/// Finds the first part: the boundary line, header fields, an empty line, the content, and the boundary again.
fn part(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let boundary = &body[..find(body, b"\r\n").filter(|_| body.starts_with(b"--"))?];
    let (head, content) = first_part_head(body)?;
    let end = find(content, &[b"\r\n", boundary].concat())?;
    Some((head, &content[..end]))
}

/// Splits the start of a multipart body into the header fields of its first part, and what follows them.
pub(crate) fn first_part_head(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = find(body, b"\r\n").filter(|_| body.starts_with(b"--"))?;
    let end = find(body, b"\r\n\r\n")?;
    Some((&body[start..end], &body[end + 4..]))
}

/// Returns the name of the file in header fields, or in the value of one of them.
pub(crate) fn file_name(fields: &[u8]) -> Option<String> {
    let fields = String::from_utf8_lossy(fields);
    let at = fields.to_ascii_lowercase().find("filename=")?;
    let value = fields[at + "filename=".len()..].split("\r\n").next()?;
    let name = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => value.split(';').next()?.trim(),
    };
    Some(name.to_owned()).filter(|it| !it.is_empty())
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

    #[test]
    fn finds_the_name_of_the_file() {
        for (fields, expected) in [
            (
                "form-data; name=\"firmware\"; filename=\"a;b.iso\"\r\nContent-Type: x",
                Some("a;b.iso"),
            ),
            ("attachment; FileName=a.iso; x=y", Some("a.iso")),
            ("attachment; filename=\"\"", None),
            ("attachment", None),
        ] {
            assert_eq!(file_name(fields.as_bytes()).as_deref(), expected, "{fields}");
        }
    }

    #[test]
    fn reads_the_head_of_a_body_without_an_end() {
        let (head, content) = first_part_head(b"--x\r\nA: b\r\n\r\nCD").unwrap();
        assert_eq!((head, content), (&b"\r\nA: b"[..], &b"CD"[..]));
    }
}
