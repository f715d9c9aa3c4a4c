//! How many calls inside each other decode with the depth that sp-api allows (MAX_EXTRINSIC_DEPTH, 256): held in a Vec, as
//! by utility.batch, or in a Box, as by proxy.proxy.
use codec::{Decode, DecodeLimit, Encode};

#[derive(Encode, Decode)]
enum Call {
    Remark(Vec<u8>),
    Batch(Vec<Call>),
    Proxy(Box<Call>),
}

fn takes(count: usize, outer: fn(Call) -> Call, inner: Call) -> bool {
    let call = (0..count).fold(inner, |call, _| outer(call));
    Call::decode_all_with_depth_limit(256, &mut &call.encode()[..]).is_ok()
}

pub fn print() {
    let batch: fn(Call) -> Call = |call| Call::Batch(vec![call]);
    let proxy: fn(Call) -> Call = |call| Call::Proxy(Box::new(call));
    for (name, outer) in [("Vec", batch), ("Box", proxy)] {
        let most = (0..1000).rev().find(|&count| takes(count, outer, Call::Remark(vec![7]))).unwrap();
        println!("{name}: {most} around a call with bytes");
    }
    let most = (0..1000).rev().find(|&count| takes(count, batch, Call::Batch(vec![]))).unwrap();
    println!("Vec: {most} around an empty batch");
}
