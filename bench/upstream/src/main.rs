//! Upstream's executor behind the commands of `scexec`:
//!
//! ```text
//! upstream call SOURCE METHOD [DATA]      0x… of the output; exit status 1 and the reason when the call fails
//! upstream batch SOURCE                   {"id", "method", "data"} a line in, {"id", "output"} or {"id", "error"} out
//! upstream bench SOURCE METHOD [DATA]     --strategy NAME|all --calls N --threads T --externalities basic|overlay
//! upstream blob SOURCE                    decompress, parse, write back: --calls N
//! upstream instrument SOURCE              meter the stack: --stack-limit N --calls N [-o FILE]
//! upstream root SOURCE                    state root of the top trie: --state-version 0|1 --calls N
//! upstream block SOURCE DATA              Core_execute_block with DATA, and the state root: --state-version 0|1 --calls N
//! upstream artifact SOURCE METHOD [DATA]  -o FILE --calls N: write an artifact, then time loading it
//! ```
//!
//! SOURCE is `--chain SPEC`, `--runtime FILE`, or both. DATA is hexadecimal. What measures prints one JSON document.

mod bench;
mod engine;
mod input;

use engine::Chain;
use input::{hex_bytes, Source};
use serde_json::{json, Value};
use std::collections::HashMap;
use std::io::{BufRead, Write};

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The command line: `--name value` (or `-o value`) anywhere, the rest in order.
struct Arguments {
    options: HashMap<String, String>,
    words: Vec<String>,
}

impl Arguments {
    fn parse(mut all: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut arguments = Arguments {
            options: HashMap::new(),
            words: Vec::new(),
        };
        while let Some(word) = all.next() {
            match word.strip_prefix("--").or(word.strip_prefix('-')) {
                Some(name) => {
                    let value = all.next().ok_or_else(|| format!("{word} needs a value"))?;
                    arguments.options.insert(name.to_owned(), value);
                }
                None => arguments.words.push(word),
            }
        }
        Ok(arguments)
    }

    fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }

    fn number<T: std::str::FromStr>(&self, name: &str, default: T) -> Result<T, Failure> {
        let Some(text) = self.option(name) else {
            return Ok(default);
        };
        text.parse()
            .map_err(|_| format!("--{name}: '{text}' is no number").into())
    }

    fn word(&self, index: usize, what: &str) -> Result<&str, Failure> {
        self.words
            .get(index)
            .map(String::as_str)
            .ok_or_else(|| format!("{what} is missing").into())
    }

    fn data(&self) -> Result<Vec<u8>, Failure> {
        self.words.get(2).map_or(Ok(Vec::new()), |text| hex_bytes(text))
    }

    fn source(&self) -> Result<Source, Failure> {
        Source::load(self.option("chain"), self.option("runtime"))
    }

    fn state_version(&self) -> Result<sp_core::storage::StateVersion, Failure> {
        input::state_version(self.option("state-version").unwrap_or("0"))
    }
}

fn main() {
    if let Err(error) = Arguments::parse(std::env::args().skip(1)).and_then(|arguments| run(&arguments)) {
        eprintln!("upstream: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let command = arguments.word(0, "a command")?;
    let source = arguments.source()?;
    let count = arguments.number("calls", 1)?;
    let document = match command {
        "call" => {
            let chain = Chain::new(source, arguments.state_version()?)?;
            let output = chain.call(arguments.word(1, "METHOD")?, &arguments.data()?)?;
            println!("0x{}", hex::encode(output));
            return Ok(());
        }
        "batch" => return batch(&Chain::new(source, arguments.state_version()?)?),
        "bench" => bench_calls(arguments, &source)?,
        "blob" => bench::blob(&source, count)?,
        "root" => bench::root(&source, arguments.state_version()?, count)?,
        "block" => bench::block(
            &source,
            &hex_bytes(arguments.word(1, "DATA")?)?,
            arguments.state_version()?,
            count,
        )?,
        "instrument" => {
            let (document, code) = bench::instrument(&source, arguments.number("stack-limit", 65_536)?, count)?;
            if let Some(path) = arguments.option("o") {
                std::fs::write(path, code)?;
            }
            document
        }
        "artifact" => {
            let path = arguments.option("o").ok_or("-o FILE is missing")?;
            bench::artifact(path, &calls(arguments, &source, &arguments.data()?)?)?
        }
        _ => return Err(format!("no command '{command}'").into()),
    };
    println!("{document}");
    Ok(())
}

fn calls<'a>(arguments: &'a Arguments, source: &'a Source, data: &'a [u8]) -> Result<bench::Calls<'a>, Failure> {
    Ok(bench::Calls {
        source,
        method: arguments.word(1, "METHOD")?,
        data,
        count: arguments.number("calls", 1_000)?,
        threads: arguments.number("threads", 1)?,
        overlay: match arguments.option("externalities").unwrap_or("basic") {
            "basic" => false,
            "overlay" => true,
            other => return Err(format!("no externalities '{other}': basic or overlay").into()),
        },
    })
}

fn bench_calls(arguments: &Arguments, source: &Source) -> Result<Value, Failure> {
    let data = arguments.data()?;
    let calls = calls(arguments, source, &data)?;
    let mut results = Vec::new();
    for (name, strategy) in engine::strategies(arguments.option("strategy").unwrap_or("all"))? {
        results.push(calls.measure(name, strategy)?);
    }
    Ok(json!({ "results": results }))
}

/// Each call on the untouched state. A request that can't be read gets an error for an answer.
fn batch(chain: &Chain) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?).unwrap_or_default();
        let answer = request["method"]
            .as_str()
            .ok_or_else(|| "no method".into())
            .and_then(|method| chain.call(method, &hex_bytes(request["data"].as_str().unwrap_or(""))?));
        let id = &request["id"];
        let answer = match answer {
            Ok(output) => json!({ "id": id, "output": format!("0x{}", hex::encode(output)) }),
            Err(error) => json!({ "id": id, "error": { "message": error.to_string() } }),
        };
        writeln!(out, "{answer}")?;
    }
    Ok(())
}
