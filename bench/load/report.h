// What is printed: one line of key=value.
#pragma once
#include "load.h"

void report_calls(const measurement *, double setup_seconds);
void report_fanout(const measurement *, double setup_seconds);
void report_idle(const usage *before, const usage *joined, const usage *after, double setup_seconds);
