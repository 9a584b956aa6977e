#!/usr/bin/env node
// A file of its own, in place before the first build: npm links commands when it installs.
import "../dist/main.js";
