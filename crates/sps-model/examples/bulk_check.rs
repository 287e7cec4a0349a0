//! Checks many request bodies on all cores: `bulk_check FOLDER`, with files such as `FOLDER/management/email.json`.

#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use sps_model::{
    locate,
    validate::{Context, Form, Severity, span::LineIndex},
};

fn main() -> io::Result<ExitCode> {
    let Some(folder) = env::args_os().nth(1) else {
        println!("usage: bulk_check FOLDER");
        return Ok(ExitCode::from(2));
    };
    let results = check_folder(Path::new(&folder))?;
    let mistakes: usize = results.iter().map(|it| it.mistakes.len()).sum();
    results.iter().flat_map(|it| &it.mistakes).for_each(|line| println!("{line}"));
    println!("{} files, {mistakes} mistakes", results.len());
    Ok(if mistakes == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was found in one file.
struct Checked {
    path: PathBuf,
    /// As compilers print them: `path:line:column: code: message`.
    mistakes: Vec<String>,
}

/// Checks every `.json` file below a folder, and returns the results in the order of the paths.
fn check_folder(folder: &Path) -> io::Result<Vec<Checked>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    let next = AtomicUsize::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut results = thread::scope(|scope| {
        let worker = || {
            let mut own = Vec::new();
            // Each thread takes the next file, so that none waits for one that has the longest ones.
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                own.push(check_file(folder, file)?);
            }
            io::Result::Ok(own)
        };
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        let mut results = Vec::new();
        for thread in threads {
            results.extend(thread.join().expect("a check never panics")?);
        }
        io::Result::Ok(results)
    })?;
    results.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(results)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|it| it == "json") {
            files.push(path);
        }
    }
    Ok(())
}

/// Finds the endpoint by the place of the file, and lists what is wrong with the body.
fn check_file(folder: &Path, file: &Path) -> io::Result<Checked> {
    let place = file.strip_prefix(folder).unwrap_or(file).with_extension("");
    let place: Vec<_> = place.iter().map(|it| it.to_string_lossy()).collect();
    let text = fs::read_to_string(file)?;
    let at = |line, column| format!("{}:{line}:{column}", file.display());

    let found = locate(&place.join("/"))
        .and_then(|it| it.endpoint.explain(&text, Form::Request, &Context::default()));
    let mistakes = match found {
        None => vec![format!("{}: the API takes no body at this place", at(1, 1))],
        Some(report) => {
            let lines = LineIndex::new(&text);
            let errors = report.diagnostics.iter().filter(|it| it.severity == Severity::Error);
            errors
                .map(|it| {
                    let start = lines.position(it.span.start);
                    format!("{}: {}: {}", at(start.line, start.column), it.code, it.message)
                })
                .collect()
        }
    };
    Ok(Checked { path: file.to_owned(), mistakes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_the_mistakes_of_every_file_in_the_order_of_the_paths() {
        let folder = env::temp_dir().join(format!("sps-bulk-check-{}", std::process::id()));
        let management = folder.join("management");
        fs::create_dir_all(&management).unwrap();
        let good = r#"{"archiving_enabled": false, "enabled": true, "used_space_ratio_limit": 85}"#;
        for (name, text) in [
            ("management/disk_fillup_prevention.json", good.to_owned()),
            ("management/health_monitoring.json", "{\n}".to_owned()),
            ("management/made_up.json", good.to_owned()),
            ("notes.txt", String::new()),
        ] {
            fs::write(folder.join(name), text).unwrap();
        }
        let results = check_folder(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();

        let counts: Vec<_> = results.iter().map(|it| it.mistakes.len()).collect();
        assert_eq!(counts, [0, 5, 1]);
        let health = management.join("health_monitoring.json");
        assert!(
            results[1].mistakes[0].starts_with(&format!("{}:1:1: missing-key: ", health.display())),
            "{:?}",
            results[1].mistakes
        );
        assert!(results[2].mistakes[0].ends_with("no body at this place"));
    }
}
