# SPDX-License-Identifier: Apache-2.0
"""Poolscope's client: tells Poolscope what the thread pools of this process do. Nothing here is for
programs to use; that is the package `poolscope`."""
