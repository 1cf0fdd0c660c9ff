/**
 * Where the process stands between start and end, and what the probes say of it.
 *
 * <p>{@code Lifecycle} only moves forward: a node that drains is never ready again. {@code Health}
 * asks the lifecycle and the store, without waiting for either. {@code StartException} is the one
 * way in which a start fails; its message names the flag at fault and becomes one log line.
 *
 * <p>This room starts and stops nothing: {@code App} does. It knows nothing of HTTP: the statuses
 * of probes are chosen where they are answered.
 */
@NullMarked
package io.holdfast.server.lifecycle;

import org.jspecify.annotations.NullMarked;
