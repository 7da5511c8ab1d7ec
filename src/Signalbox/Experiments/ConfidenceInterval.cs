namespace Signalbox.Experiments;

/// <summary>What is known of a difference (arm minus control): the estimate, and the bounds that hold at every moment at once.</summary>
internal readonly record struct ConfidenceInterval(double Estimate, double Lower, double Upper);
