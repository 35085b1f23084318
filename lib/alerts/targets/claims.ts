/** The right to tell one target of one alert, held until `lease` ends. */
export interface AlertClaim {
  /** It was told: nobody tells it again. */
  sent(): Promise<void>;
  /** It was not told: whoever asks next may try at once. */
  release(): Promise<void>;
}

/** Who tells whom. Every method rejects with `store-unavailable` only. */
export interface AlertClaims {
  /** `null` where the target was told already, or somebody else is about to. */
  claim(alertId: string, target: string): Promise<AlertClaim | null>;
}
