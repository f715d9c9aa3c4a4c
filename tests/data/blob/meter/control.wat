;; Heights in blocks, branches and code that can't be reached.
(module
  (global $g (mut i32) (i32.const 0))
  (func $callee (param i32 i32 i32) (result i32) local.get 0)
  (func (export "if_value") (param i32) (result i32)
    local.get 0
    if (result i32) i32.const 1 else i32.const 2 end)
  (func (export "else_after_trap") (result i32)
    i32.const 0
    if (result i32) unreachable else i32.const 1 i32.const 2 i32.const 3 i32.add i32.add end)
  (func (export "loop") (result i32)
    i32.const 4 i32.const 5
    loop (result i32) i32.const 6 i32.const 7 br_if 0 end
    i32.add i32.add)
  (func (export "branches") (param i32) (result i32)
    block (result i32)
      block (result i32)
        i32.const 1 i32.const 2 local.get 0 br_table 0 1 0
      end
      i32.const 3 i32.add
      i32.const 4 br_if 0
      i32.const 5 br 0
      i32.const 6 i32.const 7 i32.const 8 drop drop
    end)
  (func (export "return_early") (result i64)
    i64.const 1 return i64.const 2 i64.const 3 i64.const 4 drop drop)
  (func (export "polymorphic") (result i32)
    block
      unreachable
      i32.add
      i32.const 1
      call $callee
      drop
      drop
      drop
    end
    i32.const 1 i32.const 2 i32.const 3 call $callee)
  (func (export "underflow_of_block") (result i32)
    i32.const 9
    block (result i32)
      unreachable
      i32.const 1
      i32.add
      i32.const 2 i32.const 3 i32.const 4 drop drop drop
    end
    i32.add)
  (func (export "select") (param i32) (result i32)
    i32.const 1 i32.const 2 local.get 0 select)
  (func (export "br_table_no_value") (param i32)
    block block block local.get 0 br_table 0 1 2 1 end end end)
  (func (export "nested") (result i32)
    block (result i32) block (result i32) block (result i32) loop (result i32)
      i32.const 1 i32.const 2 i32.const 3 drop drop end end end end)
  (func (export "empty")))
