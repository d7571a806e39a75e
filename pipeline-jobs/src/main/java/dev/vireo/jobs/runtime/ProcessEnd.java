// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * How a process ends while other threads are in one of PyTorch's operators. At exit the C library runs the destructors of
 * its static objects, and operators that still run fail with SIGSEGV; Java waits 0.3 s for them and no longer. So that a
 * process which is asked to end in the middle of a step leaves its status and not a crash, it ends before those
 * destructors. Whatever Java runs at an exit has run by then.
 */
final class ProcessEnd {
    /** Behind everybody else: what is registered last runs first, and PyTorch registers objects when it first needs them. */
    private static final int LAST = 0;

    private static boolean installed;

    private ProcessEnd() {}

    /** Applies to this process, whether it will load PyTorch or not. */
    static synchronized void skipDestructors() {
        // on_exit, which hands the status on, is glibc's; PyTorch's binaries for Linux need glibc, too.
        if (!installed && Platform.isLinux()) {
            NativeLibrary libc = NativeLibrary.getInstance("c");
            Function register = libc.getFunction("on_exit");
            Object[] exitAtOnce = {libc.getFunction("_exit"), Pointer.NULL};
            ShutdownHookManager.get().addShutdownHook(() -> register.invokeInt(exitAtOnce), LAST);
        }
        installed = true;
    }
}
