/**
 * Who may send requests, and how many: passwords against bcrypt hashes without keeping anybody else
 * waiting, and a token bucket.
 *
 * <p>Knows nothing of HTTP but the form of an {@code Authorization} header, nor where users come
 * from.
 */
@NullMarked
package io.holdfast.server.access;

import org.jspecify.annotations.NullMarked;
