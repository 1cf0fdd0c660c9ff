/**
 * The rules for pages in browsers. Pages of other sites change nothing, and read only as {@code
 * --web.cors.origin} allows.
 *
 * <p>{@code BrowserGuard} stands before the routes and refuses requests. {@code SameOrigin}, {@code
 * KnownHosts} and {@code CrossOrigin} judge one request each, by its headers alone. Requests of
 * other programs pass unchanged. There are no tokens and no sessions: this room keeps nothing
 * between requests.
 *
 * <p>Requests are judged on the thread that read them, from memory alone. Nothing here waits. The
 * names of this machine are read once, at the start; a file that cannot be read gives no names.
 *
 * <p>Passwords belong to {@code webconfig} and {@code access}.
 */
@NullMarked
package io.holdfast.server.browsers;

import org.jspecify.annotations.NullMarked;
