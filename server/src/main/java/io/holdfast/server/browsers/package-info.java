/**
 * What pages in browsers may do: pages of other sites change nothing, and read only what {@code
 * --web.cors.origin} allows.
 *
 * <p>{@code BrowserGuard} stands before the routes and refuses; {@code SameOrigin}, {@code
 * KnownHosts} and {@code CrossOrigin} judge one request each, by its headers alone. Requests of
 * other programs pass unchanged. No tokens and no sessions: this room keeps nothing between
 * requests.
 *
 * <p>Passwords are not its business: see {@code webconfig} and {@code access}.
 */
@NullMarked
package io.holdfast.server.browsers;

import org.jspecify.annotations.NullMarked;
