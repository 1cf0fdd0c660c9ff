package io.holdfast.server.tls;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Optional;

/** Elliptic curves for key exchange, by Go's names and the JDK's. */
public enum Curve {
  P256("CurveP256", "secp256r1", 256),
  P384("CurveP384", "secp384r1", 384),
  P521("CurveP521", "secp521r1", 521),
  X25519("X25519", "x25519", 0);

  private final String goName;
  private final String namedGroup;
  private final int certificateBits;

  /**
   * @param certificateBits the size of the field; 0 if certificates cannot be on this curve
   */
  Curve(String goName, String namedGroup, int certificateBits) {
    this.goName = goName;
    this.namedGroup = namedGroup;
    this.certificateBits = certificateBits;
  }

  /** The curve that a certificate's key is on; of these no two have fields of one size. */
  public static Optional<Curve> of(PublicKey key) {
    return key instanceof ECPublicKey ec
        ? Arrays.stream(values())
            .filter(
                curve ->
                    curve.certificateBits == ec.getParams().getCurve().getField().getFieldSize())
            .findFirst()
        : Optional.empty();
  }

  /** The name in the web config file. */
  public String goName() {
    return goName;
  }

  String namedGroup() {
    return namedGroup;
  }
}
