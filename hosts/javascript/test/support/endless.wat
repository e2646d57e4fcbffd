;; Stands in for krait.wasm where its host is tested: tells a limit of one second, writes half a line of the log,
;; and never ends; or traps, where KRAIT_TEST_TRAPS is set. Where the host says how another instance ended, it prints
;; that, and its exit status is 1.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get"
    (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get"
    (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 16)
  (data (i32.const 0) "KRAIT_HOST_LIMITS=")
  (data (i32.const 32) "KRAIT_HOST_ENDED=")
  (data (i32.const 64) "KRAIT_TEST_TRAPS=")
  (data (i32.const 96) " {\"requestId\": \"one\", \"seconds\": 1, \"statusCode\": 433}\n")
  (data (i32.const 192) "half a line")
  (data (i32.const 224) "\n")

  ;; The value of a variable whose name and `=` are at a place, or 0.
  (func $value (param $name i32) (param $size i32) (result i32)
    (local $entry i32) (local $at i32) (local $text i32)
    (local.set $entry (i32.const 1024))
    (block $absent
      (loop $next
        (br_if $absent (i32.ge_u (local.get $entry)
          (i32.add (i32.const 1024) (i32.mul (i32.const 4) (i32.load (i32.const 512))))))
        (local.set $text (i32.load (local.get $entry)))
        (local.set $entry (i32.add (local.get $entry) (i32.const 4)))
        (local.set $at (i32.const 0))
        (loop $same
          (br_if $next (i32.ne
            (i32.load8_u (i32.add (local.get $text) (local.get $at)))
            (i32.load8_u (i32.add (local.get $name) (local.get $at)))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $same (i32.lt_u (local.get $at) (local.get $size))))
        (return (i32.add (local.get $text) (local.get $size)))))
    (i32.const 0))

  (func $length (param $text i32) (result i32)
    (local $end i32)
    (local.set $end (local.get $text))
    (block $found
      (loop $next
        (br_if $found (i32.eqz (i32.load8_u (local.get $end))))
        (local.set $end (i32.add (local.get $end) (i32.const 1)))
        (br $next)))
    (i32.sub (local.get $end) (local.get $text)))

  ;; Writes two texts at once.
  (func $write (param $descriptor i32) (param $one i32) (param $one_size i32)
    (param $two i32) (param $two_size i32)
    (i32.store (i32.const 520) (local.get $one))
    (i32.store (i32.const 524) (local.get $one_size))
    (i32.store (i32.const 528) (local.get $two))
    (i32.store (i32.const 532) (local.get $two_size))
    (drop (call $fd_write (local.get $descriptor) (i32.const 520) (i32.const 2) (i32.const 540))))

  (func (export "_start")
    (local $found i32)
    (drop (call $environ_sizes_get (i32.const 512) (i32.const 516)))
    (drop (call $environ_get (i32.const 1024) (i32.const 65536)))
    (local.set $found (call $value (i32.const 32) (i32.const 17)))
    (if (local.get $found)
      (then
        (call $write (i32.const 1) (local.get $found) (call $length (local.get $found))
          (i32.const 224) (i32.const 1))
        (call $proc_exit (i32.const 1))))
    (local.set $found (call $value (i32.const 0) (i32.const 18)))
    (call $write (i32.const 2) (local.get $found) (call $length (local.get $found))
      (i32.const 96) (i32.const 55))
    (call $write (i32.const 2) (i32.const 192) (i32.const 11) (i32.const 224) (i32.const 0))
    (if (call $value (i32.const 64) (i32.const 17)) (then (unreachable)))
    (loop $forever (br $forever))))
