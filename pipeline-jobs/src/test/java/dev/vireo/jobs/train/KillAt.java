// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.IncompatibleThreadStateException;
import com.sun.jdi.Method;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.VMDisconnectEvent;
import com.sun.jdi.request.ClassPrepareRequest;
import java.util.List;
import java.util.Map;

/**
 * Kills a Java process at a place in its code, as {@code kill -9} does: Java's debug interface holds it there first.
 *
 * @param type the class
 * @param method that is entered
 * @param within another method that is on the stack then
 * @param time at which entry, from 1
 */
record KillAt(Class<?> type, String method, String within, int time) {
    private static final long PATIENCE_MILLIS = 120_000;

    /** Starts a process with the options that let it be held. */
    interface Start {
        Process with(List<String> options) throws Exception;
    }

    /** Starts a process and returns when it is dead. */
    void kill(Start start) throws Exception {
        ListeningConnector connector = Bootstrap.virtualMachineManager().listeningConnectors().stream()
                .filter(each -> each.name().equals("com.sun.jdi.SocketListen"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        arguments.get("localAddress").setValue("127.0.0.1");
        arguments.get("timeout").setValue(Long.toString(PATIENCE_MILLIS));
        String address = connector.startListening(arguments);
        Process process =
                start.with(List.of("-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=" + address));
        try {
            VirtualMachine machine = connector.accept(arguments);
            connector.stopListening(arguments);
            ClassPrepareRequest loaded = machine.eventRequestManager().createClassPrepareRequest();
            loaded.addClassFilter(type.getName());
            loaded.enable();
            machine.classesByName(type.getName()).forEach(this::hold);
            machine.resume();
            awaitPlace(machine);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private void hold(ReferenceType loaded) {
        for (Method each : loaded.methodsByName(method)) {
            each.virtualMachine()
                    .eventRequestManager()
                    .createBreakpointRequest(each.location())
                    .enable();
        }
    }

    private void awaitPlace(VirtualMachine machine) throws Exception {
        int times = 0;
        while (times < time) {
            EventSet events = machine.eventQueue().remove(PATIENCE_MILLIS);
            if (events == null) {
                throw new IllegalStateException("The process did not come to " + this);
            }
            for (Event event : events) {
                if (event instanceof VMDisconnectEvent) {
                    throw new IllegalStateException("The process ended before it came to " + this);
                }
                if (event instanceof ClassPrepareEvent prepared) {
                    hold(prepared.referenceType());
                }
                if (event instanceof BreakpointEvent here && isWithin(here)) {
                    times++;
                }
            }
            if (times < time) {
                events.resume();
            }
        }
    }

    private boolean isWithin(BreakpointEvent here) throws IncompatibleThreadStateException {
        return here.thread().frames().stream()
                .anyMatch(frame -> frame.location().method().name().equals(within));
    }
}
