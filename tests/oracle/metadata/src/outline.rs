//! Metadata as text, out of the crates' own serialization, so that nothing here repeats how it is decoded.
use frame_metadata::RuntimeMetadataPrefixed;
use serde_json::Value;

fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::String(s) => s.clone(),
        Value::Array(_) => hex(value),
        other => other.to_string(),
    }
}

fn hex(bytes: &Value) -> String {
    let bytes: Vec<u8> = bytes.as_array().unwrap().iter().map(|b| b.as_u64().unwrap() as u8).collect();
    format!("0x{}", hex::encode(bytes))
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map(|a| a.as_slice()).unwrap_or(&[])
}

fn docs(indent: &str, value: &Value) {
    let lines = if value["docs"].is_array() { &value["docs"] } else { &value["documentation"] };
    for line in items(lines) {
        println!("{indent}doc {}", line.as_str().unwrap());
    }
}

fn fields(indent: &str, list: &Value) {
    for f in items(list) {
        println!("{indent}field {} {} {}", text(&f["name"]), text(&f["type"]), text(&f["typeName"]));
        docs(&format!("{indent} "), f);
    }
}

fn definition(def: &Value) {
    let (kind, body) = def.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "composite" => {
            println!(" composite");
            fields("  ", &body["fields"]);
        }
        "variant" => {
            println!(" variant");
            for v in items(&body["variants"]) {
                println!("  case {} {}", v["index"], text(&v["name"]));
                fields("   ", &v["fields"]);
                docs("   ", v);
            }
        }
        "sequence" => println!(" sequence {}", body["type"]),
        "array" => println!(" array {} {}", body["len"], body["type"]),
        "tuple" => println!(" tuple{}", items(body).iter().map(|t| format!(" {t}")).collect::<String>()),
        "primitive" => println!(" primitive {}", text(body)),
        "compact" => println!(" compact {}", body["type"]),
        "bitsequence" => println!(" bits {} {}", body["bit_store_type"], body["bit_order_type"]),
        other => panic!("definition {other}"),
    }
}

fn types(list: &Value) {
    for t in items(list) {
        let ty = &t["type"];
        let path: Vec<String> = items(&ty["path"]).iter().map(text).collect();
        println!("type {} {}", t["id"], path.join("::"));
        for p in items(&ty["params"]) {
            println!(" param {} {}", text(&p["name"]), text(&p["type"]));
        }
        definition(&ty["def"]);
        docs(" ", ty);
    }
}

fn deprecation(indent: &str, value: &Value) {
    match value {
        Value::Null => (),
        Value::String(s) if s == "NotDeprecated" => (),
        Value::String(_) => println!("{indent}deprecated"),
        Value::Object(o) if o.contains_key("Deprecated") => {
            println!("{indent}deprecated {} {}", text(&o["Deprecated"]["note"]), text(&o["Deprecated"]["since"]))
        }
        Value::Object(o) => {
            for (index, d) in o {
                deprecation(&format!("{indent}{index} "), d);
            }
        }
        other => panic!("deprecation {other}"),
    }
}

fn hasher(version: u32, value: &Value) -> String {
    let name = text(value);
    if version > 9 {
        return name;
    }
    // frame-metadata gives V9 the hashers of V10; its runtimes number them as V8 does.
    let v10 = ["Blake2_128", "Blake2_256", "Blake2_128Concat", "Twox128", "Twox256", "Twox64Concat"];
    let v8 = ["Blake2_128", "Blake2_256", "Twox128", "Twox256", "Twox64Concat"];
    let names: &[&str] = if version == 8 { &v8 } else { &v10 };
    v8[names.iter().position(|n| *n == name).unwrap()].into()
}

/// Hashers, keys, and the value of a storage entry.
fn entry_type(version: u32, ty: &Value) -> String {
    let (kind, body) = ty.as_object().unwrap().iter().next().unwrap();
    let list = |v: &Value| items(v).iter().map(|h| hasher(version, h)).collect::<Vec<_>>().join(",");
    match (kind.as_str(), version) {
        ("Plain", _) => format!("plain {}", text(body)),
        ("Map", 14..) => format!("map {} {} {}", list(&body["hashers"]), body["key"], body["value"]),
        ("Map", _) => {
            let linked = version < 11 && body["is_linked"] == Value::Bool(true);
            let h = hasher(version, &body["hasher"]);
            format!("map {h} {} {}{}", text(&body["key"]), text(&body["value"]), if linked { " linked" } else { "" })
        }
        ("DoubleMap", _) => format!(
            "map {},{} {}, {} {}",
            hasher(version, &body["hasher"]),
            hasher(version, &body["key2_hasher"]),
            text(&body["key1"]),
            text(&body["key2"]),
            text(&body["value"])
        ),
        ("NMap", _) => {
            let keys: Vec<String> = items(&body["keys"]).iter().map(text).collect();
            format!("map {} {} {}", list(&body["hashers"]), keys.join(", "), text(&body["value"]))
        }
        (other, _) => panic!("storage entry {other}"),
    }
}

fn storage(version: u32, pallet: &Value) {
    let storage = &pallet["storage"];
    if storage.is_null() {
        return;
    }
    println!(" storage {}", text(&storage["prefix"]));
    for e in items(&storage["entries"]) {
        println!("  entry {} {} {}", text(&e["name"]), text(&e["modifier"]), entry_type(version, &e["ty"]));
        println!("   default {}", hex(&e["default"]));
        docs("   ", e);
        deprecation("   ", &e["deprecation_info"]);
    }
}

fn constants(pallet: &Value) {
    for c in items(&pallet["constants"]) {
        println!(" constant {} {} {}", text(&c["name"]), text(&c["ty"]), hex(&c["value"]));
        docs("  ", c);
        deprecation("  ", &c["deprecation_info"]);
    }
}

fn method(indent: &str, m: &Value) {
    println!("{indent}method {} {}", text(&m["name"]), m["output"]);
    for i in items(&m["inputs"]) {
        println!("{indent} input {} {}", text(&i["name"]), i["ty"]);
    }
    docs(&format!("{indent} "), m);
    deprecation(&format!("{indent} "), &m["deprecation_info"]);
}

fn pallet(version: u32, p: &Value) {
    println!("pallet {} {}", p["index"], text(&p["name"]));
    storage(version, p);
    for part in ["calls", "event", "error"] {
        println!(" {part} {}", text(&p[part]["ty"]));
        deprecation("  ", &p[part]["deprecation_info"]);
    }
    constants(p);
    for a in items(&p["associated_types"]) {
        println!(" associated {} {}", text(&a["name"]), a["ty"]);
        docs("  ", a);
    }
    for v in items(&p["view_functions"]) {
        println!(" view {}", hex(&v["id"]));
        method("  ", v);
    }
    docs(" ", p);
    deprecation(" ", &p["deprecation_info"]);
}

fn extrinsic(x: &Value) {
    let versions = if x["versions"].is_array() {
        items(&x["versions"]).iter().map(text).collect::<Vec<_>>().join(",")
    } else {
        text(&x["version"])
    };
    println!("extrinsic {versions}");
    for part in ["ty", "address_ty", "call_ty", "signature_ty", "extra_ty"] {
        if !x[part].is_null() {
            println!(" {part} {}", x[part]);
        }
    }
    if let Some(sets) = x["transaction_extensions_by_version"].as_object() {
        for (version, places) in sets {
            println!(" set {version}{}", items(places).iter().map(|p| format!(" {p}")).collect::<String>());
        }
    }
    for e in items(&x["signed_extensions"]).iter().chain(items(&x["transaction_extensions"])) {
        if e.is_string() {
            println!(" extension {}", text(e));
            continue;
        }
        let implicit = if e["implicit"].is_null() { &e["additional_signed"] } else { &e["implicit"] };
        println!(" extension {} {} {implicit}", text(&e["identifier"]), e["ty"]);
    }
}

/// V8 to V13.
fn module(version: u32, place: usize, m: &Value) {
    let index = if version >= 12 { m["index"].to_string() } else { place.to_string() };
    println!("pallet {index} {}", text(&m["name"]));
    storage(version, m);
    for (part, arguments) in [("calls", true), ("event", true), ("errors", false)] {
        for (i, v) in items(&m[part]).iter().enumerate() {
            println!(" {part} {i} {}", text(&v["name"]));
            for a in items(if arguments { &v["arguments"] } else { &Value::Null }) {
                if a.is_string() {
                    println!("  field - {}", text(a));
                } else {
                    println!("  field {} {}", text(&a["name"]), text(&a["ty"]));
                }
            }
            docs("  ", v);
        }
    }
    constants(m);
}

pub fn print(metadata: RuntimeMetadataPrefixed) {
    let version = metadata.1.version();
    let json = serde_json::to_value(&metadata.1).unwrap();
    let body = json.as_object().unwrap().values().next().unwrap();
    println!("metadata {version}");
    if version < 14 {
        for (i, m) in items(&body["modules"]).iter().enumerate() {
            module(version, i, m);
        }
    } else {
        types(&body["types"]["types"]);
        for p in items(&body["pallets"]) {
            pallet(version, p);
        }
    }
    if !body["extrinsic"].is_null() {
        extrinsic(&body["extrinsic"]);
    }
    if !body["ty"].is_null() {
        println!("runtime {}", body["ty"]);
    }
    for a in items(&body["apis"]) {
        println!("api {} {}", text(&a["name"]), text(&a["version"]));
        for m in items(&a["methods"]) {
            method(" ", m);
        }
        docs(" ", a);
        deprecation(" ", &a["deprecation_info"]);
    }
    if let Some(outer) = body["outer_enums"].as_object() {
        println!("outer {} {} {}", outer["call_enum_ty"], outer["event_enum_ty"], outer["error_enum_ty"]);
    }
    if let Some(map) = body["custom"]["map"].as_object() {
        for (name, c) in map {
            println!("custom {name} {} {}", c["ty"], hex(&c["value"]));
        }
    }
}
