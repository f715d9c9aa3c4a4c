(module (func atomic.fence))
