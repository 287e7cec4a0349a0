//! Archives: a gzip-compressed tar file to download, and the manifest of an uploaded ZIP file.

/// Largest manifest that is unpacked.
const MAX_MANIFEST_BYTES: usize = 1 << 20;

/// Makes a tar archive with one file.
pub(crate) fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = [0_u8; 512];
    let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", content.len()).as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|it| u32::from(*it)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut archive = header.to_vec();
    archive.extend(content);
    // The content fills whole blocks, and two empty ones end the archive.
    archive.resize(archive.len().next_multiple_of(512) + 1_024, 0);
    archive
}

/// Compresses a file.
pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut file = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
    file.extend(miniz_oxide::deflate::compress_to_vec(content, 6));
    file.extend(crc32(content).to_le_bytes());
    file.extend(u32::try_from(content.len()).unwrap_or_default().to_le_bytes());
    file
}

fn crc32(content: &[u8]) -> u32 {
    !content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}

/// Reads the file `MANIFEST` of a ZIP archive, by way of the directory at the archive's end.
pub(crate) fn manifest(archive: &[u8]) -> Option<String> {
    let short = |at: usize| -> Option<usize> {
        let bytes = archive.get(at..at.checked_add(2)?)?;
        Some(usize::from(u16::from_le_bytes([bytes[0], bytes[1]])))
    };
    let long = |at: usize| Some(short(at)? | short(at.checked_add(2)?)? << 16);
    let end = archive.windows(4).rposition(|it| it == b"PK\x05\x06")?;
    let (count, mut at) = (short(end + 10)?, long(end + 16)?);
    for _ in 0..count {
        if archive.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
            return None;
        }
        let (method, packed, name) = (short(at + 10)?, long(at + 20)?, short(at + 28)?);
        if archive.get(at + 46..at + 46 + name)? != b"MANIFEST" {
            at = at + 46 + name + short(at + 30)? + short(at + 32)?;
            continue;
        }
        let local = long(at + 42)?;
        let start = local.checked_add(30)? + short(local + 26)? + short(local + 28)?;
        let content = archive.get(start..start.checked_add(packed)?)?;
        return String::from_utf8(unpacked(method, content)?).ok();
    }
    None
}

fn unpacked(method: usize, content: &[u8]) -> Option<Vec<u8>> {
    match method {
        0 => Some(content.to_vec()),
        8 => miniz_oxide::inflate::decompress_to_vec_with_limit(content, MAX_MANIFEST_BYTES).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_the_usual_check_value() {
        // Every description of this checksum has this value.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
