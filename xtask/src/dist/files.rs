//! Files in memory, and the archives that hold them: same files, same bytes, on whichever machine.

use std::{collections::BTreeMap, io::Write as _};

use anyhow::Context as _;
use flate2::{Compression, GzBuilder};
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

/// One file of a package.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) bytes: Vec<u8>,
    pub(super) is_program: bool,
}

/// The files of a package by their paths, with `/` between folders. The order of the paths is that of the archive.
#[derive(Debug, Default, Clone)]
pub(super) struct Files(BTreeMap<String, File>);

impl Files {
    pub(super) fn add(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.into(), File { bytes: bytes.into(), is_program: false });
    }

    pub(super) fn add_program(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.into(), File { bytes: bytes.into(), is_program: true });
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &File)> {
        self.0.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// The bytes of the files together, without what a file system adds.
    pub(super) fn size(&self) -> usize {
        self.0.values().map(|it| it.bytes.len()).sum()
    }

    /// Packs the files into a tar archive and compresses it. `prefix` ends with `/`; the time is in seconds since 1970.
    pub(super) fn tar_gz(&self, prefix: &str, time: u64) -> anyhow::Result<Vec<u8>> {
        let mut builder = Builder::new(Vec::new());
        let mut folders = Vec::new();
        for (path, file) in self.iter() {
            let path = format!("{prefix}{path}");
            for (end, _) in path.match_indices('/') {
                let folder = &path[..=end];
                if !folders.iter().any(|it| it == folder) {
                    append(&mut builder, folder, EntryType::Directory, 0o755, time, &[])?;
                    folders.push(folder.to_owned());
                }
            }
            let mode = if file.is_program { 0o755 } else { 0o644 };
            append(&mut builder, &path, EntryType::Regular, mode, time, &file.bytes)?;
        }
        gzip(&builder.into_inner().context("cannot end an archive")?)
    }
}

fn append(
    builder: &mut Builder<Vec<u8>>,
    path: &str,
    kind: EntryType,
    mode: u32,
    time: u64,
    bytes: &[u8],
) -> anyhow::Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_username("root")?;
    header.set_groupname("root")?;
    header.set_mtime(time);
    header.set_size(u64::try_from(bytes.len())?);
    // dpkg wants `./` at the start of a path, and `Builder::append_data` would drop it.
    let name = &mut header.as_old_mut().name;
    let room = name.get_mut(..path.len()).with_context(|| format!("too long a path: {path}"))?;
    room.copy_from_slice(path.as_bytes());
    header.set_cksum();
    builder.append(&header, bytes).with_context(|| format!("cannot pack {path}"))
}

/// Compresses as `gzip -9n` does: neither name nor time is in the result.
pub(super) fn gzip(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder.write_all(bytes).context("cannot compress")?;
    encoder.finish().context("cannot compress")
}

/// The SHA-256 digest in hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, it| text + &format!("{it:02x}"))
}

#[cfg(test)]
mod tests {
    use flate2::read::GzDecoder;
    use tar::Archive;

    use super::*;

    #[test]
    fn p045_entries_are_sorted_and_owned_by_root_with_two_modes() {
        let mut files = Files::default();
        files.add("share/b.txt", "b");
        files.add_program("bin/sps", vec![0; 1000]);
        files.add("share/a.txt", "a");
        let packed = files.tar_gz("./", 1_700_000_000).unwrap();
        assert_eq!(packed, files.clone().tar_gz("./", 1_700_000_000).unwrap());
        // The header of gzip: neither flags nor time, and no system.
        assert_eq!(packed[3..8], [0; 5]);
        assert_eq!(packed[9], 255);
        let mut archive = Archive::new(GzDecoder::new(packed.as_slice()));
        let mut seen = Vec::new();
        for entry in archive.entries().unwrap() {
            let entry = entry.unwrap();
            let header = entry.header();
            assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
            assert_eq!(header.mtime().unwrap(), 1_700_000_000);
            seen.push((
                String::from_utf8(entry.path_bytes().into_owned()).unwrap(),
                header.mode().unwrap(),
            ));
        }
        let expected = [
            ("./", 0o755),
            ("./bin/", 0o755),
            ("./bin/sps", 0o755),
            ("./share/", 0o755),
            ("./share/a.txt", 0o644),
            ("./share/b.txt", 0o644),
        ];
        assert_eq!(seen, expected.map(|(path, mode)| (path.to_owned(), mode)));
    }

    #[test]
    fn refuses_a_path_that_no_header_can_hold() {
        let mut files = Files::default();
        files.add("x".repeat(101), "");
        assert!(files.tar_gz("", 0).is_err());
    }

    #[test]
    fn writes_the_known_digest_of_nothing() {
        assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
