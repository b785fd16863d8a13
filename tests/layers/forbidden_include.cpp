// SPDX-License-Identifier: Apache-2.0
// Must not compile: trace is the ground and does not see the session.
#include "core/session/session.h"
