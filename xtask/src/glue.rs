//! What is left of the glue and of the module's edges, once what nobody uses is cut off and names that only a
//! machine reads are made short.
//!
//! All of it knows the text that the pinned wasm-bindgen writes. Where a mark is missing it fails, so an update
//! cannot slip by.

use crate::split;
use anyhow::{Context as _, Result, bail};
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use walrus::{FunctionBuilder, FunctionKind, Module};

/// The JavaScript module that wasm-bindgen's output imports from.
const BOUND: &str = "./vafa_bg.js";
/// The same, as it ships.
const SHORT: &str = "w";

/// Reads a compiled module and empties what a crate under leptos brings for streams, whoever uses them. Nobody here
/// does. To take the exports away is not enough: the futures behind them stand in the table of functions, where no
/// tool can tell that nobody calls them.
pub(crate) fn without_streams(raw: &Path) -> Result<Vec<u8>> {
    let mut module = Module::from_file(raw)?;
    let futures: Vec<_> = module
        .funcs
        .iter_local()
        .filter(|(id, _)| {
            let name = module.funcs.get(*id).name.as_deref().unwrap_or_default();
            is_stream(&format!("{:#}", rustc_demangle::demangle(name)))
        })
        .map(|(id, function)| (id, function.ty(), function.args.clone()))
        .collect();
    if futures.is_empty() {
        bail!("the engine has no streams any more: `without_streams` has nothing to do");
    }
    for (id, ty, arguments) in futures {
        let (params, results) = module.types.params_results(ty);
        let (params, results) = (params.to_vec(), results.to_vec());
        let mut empty = FunctionBuilder::new(&mut module.types, &params, &results);
        empty.func_body().unreachable();
        module.funcs.get_mut(id).kind = FunctionKind::Local(empty.local_func(arguments));
    }
    Ok(module.emit_wasm())
}

/// Whether a function is the work of one stream's future. What it is made of may be shared with others (the compiler
/// joins functions that come out the same, such as drops), this cannot be.
fn is_stream(name: &str) -> bool {
    let mentions = name.contains("wasm_streams::") && name.contains("IntoUnderlying");
    mentions && name.contains("{closure") && !name.starts_with("core::ptr::drop_in_place")
}

/// Takes the streams' exports away with all that only they need, gives what goes over the edges of the modules short
/// names, and cuts the glue to what is left.
pub(crate) fn trim(folder: &Path) -> Result<()> {
    let (wasm, glue) = (folder.join("vafa_bg.wasm"), folder.join("vafa.js"));
    let mut module = Module::from_file(&wasm)?;
    let unused: Vec<_> = module
        .exports
        .iter()
        .filter(|export| {
            let name = export.name.as_str();
            name.contains("intounderlying") || UNUSED.contains(&name)
        })
        .map(|export| export.id())
        .collect();
    for id in unused {
        module.exports.delete(id);
    }
    walrus::passes::gc::run(&mut module);

    let mut names = Names::default();
    let mut loaders = Vec::new();
    for import in module.imports.iter_mut() {
        let short = names.shorten(&import.name);
        match import.module.as_str() {
            BOUND => {}
            split::LOADERS => {
                let part = split::PARTS
                    .iter()
                    .find(|part| split::loader(part) == import.name);
                let part = part.with_context(|| format!("`{}` loads no part", import.name))?;
                loaders.push(format!("{short}: loader('{part}'),\n"));
                names.given.remove(&import.name);
            }
            other => bail!("the engine imports from {other}"),
        }
        SHORT.clone_into(&mut import.module);
        import.name = short;
    }
    let imports = std::mem::take(&mut names.given);
    for export in module.exports.iter_mut() {
        export.name = names.shorten(&export.name);
    }
    module.emit_wasm_file(&wasm)?;
    for part in split::PARTS {
        let path = split::file(folder, part);
        let mut module = Module::from_file(&path)?;
        for import in module.imports.iter_mut() {
            let short = (import.module == split::SHARED).then(|| names.given.get(&import.name));
            let short = short
                .flatten()
                .with_context(|| format!("{part} imports {} {}", import.module, import.name))?;
            SHORT.clone_into(&mut import.module);
            import.name.clone_from(short);
        }
        module.emit_wasm_file(&path)?;
    }
    let text = fs::read_to_string(&glue)?;
    let text = shorter(&text, &imports, &names.given, &loaders.concat())?;
    fs::write(glue, text)?;
    Ok(())
}

/// What wasm-bindgen exports and nobody calls.
const UNUSED: [&str; 3] = ["__wbindgen_realloc", "__heap_base", "__data_end"];

/// Names of one and two letters.
#[derive(Default)]
struct Names {
    next: usize,
    given: HashMap<String, String>,
}

impl Names {
    fn shorten(&mut self, name: &str) -> String {
        let letters: Vec<char> = ('a'..='z').chain('A'..='Z').collect();
        let mut short = String::new();
        let mut rest = self.next;
        loop {
            short.push(letters[rest % letters.len()]);
            if rest < letters.len() {
                break;
            }
            rest = rest / letters.len() - 1;
        }
        self.next += 1;
        self.given.insert(name.to_owned(), short.clone());
        short
    }
}

/// The glue with these imports and exports, each under its new name.
fn shorter(
    glue: &str,
    imports: &HashMap<String, String>,
    exports: &HashMap<String, String>,
    loaders: &str,
) -> Result<String> {
    let mut out = String::new();
    let mut lines = glue.lines();
    // An entry of the imports that is left out.
    let mut dropped = false;
    let mut kept = 0;
    while let Some(line) = lines.next() {
        if line.starts_with("export class IntoUnderlying") {
            lines.find(|line| line.starts_with("if (Symbol.dispose) IntoUnderlying"));
            continue;
        }
        if line.starts_with("const IntoUnderlying") {
            lines.find(|line| line.ends_with(';'));
            continue;
        }
        if line.starts_with("import * as import") || line.starts_with(LINKED) {
            continue;
        }
        if line.starts_with("let wasmModule, wasmInstance, wasm;") {
            break;
        }
        let mut line = line.to_owned();
        if let Some((name, rest)) = entry(&line) {
            let short = imports.get(name);
            dropped = short.is_none();
            kept += usize::from(!dropped);
            line = [short.map_or("", String::as_str), ":", rest].concat();
        }
        dropped &= line != "    };";
        if !dropped {
            out.push_str(&line);
            out.push('\n');
        }
    }
    if kept != imports.len() {
        bail!("{kept} of {} imports are in the glue", imports.len());
    }
    cut(
        &mut out,
        "__proto__: null,\n",
        "",
        &format!("__proto__: null,\n{loaders}"),
    )?;
    out.push_str(INIT);
    for (from, to, instead) in CUTS {
        cut(&mut out, from, to, instead)?;
    }
    out = out.replace(", wasm.__wbindgen_realloc)", ")");
    renamed(&out, exports)
}

/// The entry of the imports that begins here: its name, and what comes after the colon.
fn entry(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix("        ")?.split_once(':')?;
    (name.starts_with("__wb") && rest.starts_with(" function")).then_some((name, rest))
}

/// The line of the glue that would import the loaders.
const LINKED: &str = "        \"./parts\": import";

/// How the module is entered (`engine.ts` gives it compiled, and brings parts to life), how it gets a part, and `attempt` of
/// `src/decode.rs`. A trap goes on.
const INIT: &str = "let wasm, all, bring, guarded;
export default async function(module, parts, guard) {
    bring = parts;
    guarded = guard;
    all = (await WebAssembly.instantiate(module, __wbg_get_imports())).exports;
    wasm = guard(all);
    wasm.__wbindgen_start();
}
function loader(name) {
    return async (callback, data) => {
        let arrived = 1;
        try {
            await bring(name, { w: all });
        } catch {
            arrived = 0;
        }
        guarded({ done: wasm.__indirect_function_table.get(callback) }).done(data, arrived);
    };
}
function attempt(work) {
    try {
        work();
        return true;
    } catch (fault) {
        if (fault instanceof WebAssembly.RuntimeError) throw fault;
        return false;
    }
}
";

/// What is cut off, from here to there, and what takes its place. The pages that we support have `encodeInto` and
/// finalisers, and no text of ours comes near what Safari's decoder cannot take.
const CUTS: [(&str, &str, &str); 6] = [
    ("\"./vafa_bg.js\": import0", "", "w: import0"),
    (
        "(typeof FinalizationRegistry === 'undefined')",
        "\n    : ",
        "",
    ),
    (
        "cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached",
        "cachedDataViewMemory0.buffer !== wasm.memory.buffer)",
        "cachedDataViewMemory0?.buffer !== wasm.memory.buffer",
    ),
    (
        "function passStringToWasm0(",
        "\n}\n",
        "function passStringToWasm0(arg, malloc) {
    const bytes = cachedTextEncoder.encode(arg);
    const ptr = malloc(bytes.length, 1) >>> 0;
    getUint8ArrayMemory0().set(bytes, ptr);
    WASM_VECTOR_LEN = bytes.length;
    return ptr;
}
",
    ),
    (
        "let cachedTextDecoder =",
        "\n}\n",
        "const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
function decodeText(bytes) {
    return decoder.decode(bytes);
}
",
    ),
    ("if (!('encodeInto' in cachedTextEncoder)) {", "\n}\n", ""),
];

/// Puts other text in the place of what begins and ends so.
fn cut(text: &mut String, from: &str, to: &str, instead: &str) -> Result<()> {
    let missing = || format!("the glue has no {from:?} … {to:?}");
    let begin = text.find(from).with_context(missing)?;
    let rest = begin + from.len();
    let end = text[rest..].find(to).with_context(missing)? + rest + to.len();
    text.replace_range(begin..end, instead);
    Ok(())
}

/// Calls each export by its new name.
fn renamed(glue: &str, exports: &HashMap<String, String>) -> Result<String> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut out = String::new();
    for (at, piece) in glue.split("wasm.").enumerate() {
        let ours = at > 0 && !out.ends_with(part);
        if at > 0 {
            out.push_str("wasm.");
        }
        if !ours {
            out.push_str(piece);
            continue;
        }
        let end = piece.find(|c| !part(c)).unwrap_or(piece.len());
        let (name, rest) = piece.split_at(end);
        let short = exports.get(name).with_context(|| {
            format!("the glue calls `{name}`, which the engine does not export")
        })?;
        out.push_str(short);
        out.push_str(rest);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::{Names, is_stream, renamed, shorter};
    use std::collections::HashMap;

    #[test]
    fn names_are_short_and_never_the_same() {
        let mut names = Names::default();
        let given: Vec<String> = (0..3_000).map(|n| names.shorten(&n.to_string())).collect();
        assert_eq!(given[0], "a");
        assert_eq!(given[51], "Z");
        assert_eq!(given[52], "aa");
        let mut once = given.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), given.len());
    }

    #[test]
    fn only_a_future_of_a_stream_is_emptied() {
        for (name, is) in [
            (
                "<core::panic::AssertUnwindSafe<<wasm_streams::writable::IntoUnderlyingSink>::write::{closure#0}> as core::future::Future>::poll",
                true,
            ),
            (
                "core::ptr::drop_in_place::<<wasm_streams::writable::IntoUnderlyingSink>::write::{closure#0}>",
                false,
            ),
            (
                "<wasm_streams::writable::IntoUnderlyingSink as wasm_bindgen::describe::WasmDescribe>::describe",
                false,
            ),
            ("vafa::start::{closure#0}", false),
        ] {
            assert_eq!(is_stream(name), is, "{name}");
        }
    }

    #[test]
    fn calls_go_to_the_new_names() {
        let exports = HashMap::from([("open".to_owned(), "a".to_owned())]);
        assert_eq!(
            renamed("wasm.open(1); mywasm.open(2); wasm.open", &exports).unwrap(),
            "wasm.a(1); mywasm.open(2); wasm.a"
        );
        let error = renamed("wasm.shut()", &exports).unwrap_err().to_string();
        assert_eq!(
            error,
            "the glue calls `shut`, which the engine does not export"
        );
    }

    #[test]
    fn a_glue_of_another_shape_is_refused() {
        let imports = HashMap::from([("__wbg_a_1".to_owned(), "a".to_owned())]);
        let error = shorter("", &imports, &HashMap::new(), "").unwrap_err();
        assert_eq!(error.to_string(), "0 of 1 imports are in the glue");
        let error = shorter("", &HashMap::new(), &HashMap::new(), "").unwrap_err();
        assert!(error.to_string().starts_with("the glue has no "), "{error}");
    }
}
