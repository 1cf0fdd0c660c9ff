/**
 * A raw request line becomes a {@code Route}.
 *
 * <p>{@code Routes} reads the path as it came over the wire, as Go's mux and the Pushgateway's
 * router do: redirects, methods, case and slashes alike. A {@code Route} holds what the request
 * asks for, with its grouping labels checked and decoded; a path that asks for nothing is a route
 * too.
 *
 * <p>All is immutable once made; any threads may ask. This room sees neither headers nor bodies,
 * and answers nothing.
 */
@NullMarked
package io.holdfast.server.routing;

import org.jspecify.annotations.NullMarked;
