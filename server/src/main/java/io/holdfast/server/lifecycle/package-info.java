/**
 * The state of the process between start and end, and the health that probes show.
 *
 * <p>{@code Lifecycle} only moves forward: a node that drains is never ready again. {@code Health}
 * asks the lifecycle and the store, without waiting for either. {@code StartException} is the only
 * way in which a start fails. Its message names the faulty flag and becomes one log line. {@code
 * MemoryCheck} refuses a container in which not even an empty node fits. {@code StartArchive} tells
 * whether the JVM uses its archive.
 *
 * <p>This room starts and stops nothing: {@code App} does. It knows nothing of HTTP: the handlers
 * of the probes choose the statuses.
 */
@NullMarked
package io.holdfast.server.lifecycle;

import org.jspecify.annotations.NullMarked;
