namespace Signalbox.Experiments;

/// <summary>One epoch of a route's experiment as it stands at a moment. What is saved, and what verdicts are read from.</summary>
internal sealed record ExperimentState
{
    public required string Route { get; init; }

    /// <summary>Counts from 1; another set of arms or shares begins another.</summary>
    public required int Epoch { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When another epoch began; null for the latest.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether the configuration in force still has it.</summary>
    public bool IsActive { get; init; }

    public required ExperimentPlan Plan { get; init; }

    /// <summary>By place in the plan's arms.</summary>
    public required IReadOnlyList<ArmTally> Tallies { get; init; }

    /// <summary>Requests that not every arm could have served, and that were therefore not split by chance.</summary>
    public long Ineligible { get; init; }

    /// <summary>Requests of callers' own mistakes, which say nothing about an arm.</summary>
    public long Refused { get; init; }

    /// <summary>Epochs before this one, newest first.</summary>
    public IReadOnlyList<ExperimentState> Before { get; init; } = [];
}

/// <summary>What the configuration says of an experiment.</summary>
internal sealed record ExperimentPlan
{
    public required IReadOnlyList<ExperimentArm> Arms { get; init; }

    public string Seed { get; init; } = "";

    public string By { get; init; } = "key";

    /// <summary>The word of <c>experiment.metric</c>.</summary>
    public string Metric { get; init; } = ExperimentMeasures.Auto;

    /// <summary>Place of the arm that the others are compared with.</summary>
    public int Control { get; init; }

    /// <summary>Whether results under both may be counted together. What is made of them afterwards does not matter.</summary>
    public bool SplitsAs(ExperimentPlan other) => Seed == other.Seed && By == other.By && Arms.Count == other.Arms.Count
        && Arms.Zip(other.Arms).All(static pair => pair.First.Model == pair.Second.Model && Math.Abs(pair.First.Share - pair.Second.Share) < 1e-9);

    public int PlaceOf(string model)
    {
        for (var i = 0; i < Arms.Count; i++)
        {
            if (Arms[i].Model == model)
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>A model of an experiment (<c>provider/upstream</c>), its id in the configuration, and its share of the callers, 0 to 1.</summary>
internal sealed record ExperimentArm(string Model, string Id, double Share);
