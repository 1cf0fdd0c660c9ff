/**
 * The aids that tests of several modules share: seeds, small disks, free ports.
 *
 * <p>Nothing here knows a class of Holdfast, so that every module's tests can use it. No part of
 * this package is shipped.
 */
@NullMarked
package io.holdfast.testkit;

import org.jspecify.annotations.NullMarked;
