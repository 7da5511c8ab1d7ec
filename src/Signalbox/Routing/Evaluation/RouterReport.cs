namespace Signalbox.Routing.Evaluation;

/// <summary>What <c>route eval</c> says; names as in its JSON, qualities in percent.</summary>
internal sealed record RouterReport
{
    public required int Rows { get; init; }

    public required double Weak { get; init; }

    public required double Strong { get; init; }

    /// <summary>Any of the two is right.</summary>
    public required double Oracle { get; init; }

    public required double Apgr { get; init; }

    public required double Cpt50 { get; init; }

    public required double Cpt80 { get; init; }

    public required double RandomApgr { get; init; }

    /// <summary>Ordering by the length of the prompt alone.</summary>
    public required double LengthApgr { get; init; }

    public required double CostAtStrongQuality { get; init; }

    public required double CostAt95 { get; init; }

    public required double StrongCost { get; init; }

    public double SavingAt95 => StrongCost > 0 ? 1 - (CostAt95 / StrongCost) : 0;

    public required RoutingCurve Curve { get; init; }

    public PredictionSpeed Speed { get; init; }

    public required string Protocol { get; init; }
}

/// <summary>How fast predictions were, on one thread.</summary>
internal readonly record struct PredictionSpeed(double PerSecond, double P99OfTwoKilobytes);
