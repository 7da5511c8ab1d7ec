using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration;

/// <summary>What may be spent in total.</summary>
public sealed record BudgetsConfig
{
    /// <summary>What may be spent in a day; null for no limit.</summary>
    public BudgetConfig? Daily { get; init; }

    internal static ConfigShape<BudgetsConfig> Shape { get; } = new ConfigShape<BudgetsConfig>(new BudgetsConfig())
        .Field("daily", Kinds.Record(() => BudgetConfig.Shape), c => c.Daily, (c, v) => c with { Daily = v }, "What may be spent in a day.");

    /// <summary>The section as JSON, secrets hidden.</summary>
    public override string ToString() => Shape.Print(this);
}

/// <summary>What may be spent in a span of time, and who is told when.</summary>
public sealed record BudgetConfig
{
    /// <summary>US dollars.</summary>
    public required decimal Usd { get; init; }

    /// <summary>Shares of the budget at which an alert is sent, 0 to 1.</summary>
    public IReadOnlyList<double> AlertAt { get; init; } = [];

    /// <summary>Where alerts are posted; null for nowhere.</summary>
    public string? Webhook { get; init; }

    internal static ConfigShape<BudgetConfig> Shape { get; } = new ConfigShape<BudgetConfig>(new BudgetConfig { Usd = 0 })
        .Field("usd", Kinds.Amount, c => c.Usd, (c, v) => c with { Usd = v }, "US dollars.", required: true)
        .Field("alertAt", Kinds.List(Kinds.Fraction, "a list of numbers from 0 to 1"), c => c.AlertAt, (c, v) => c with { AlertAt = v },
            "Shares of the budget at which an alert is sent.")
        .Field("webhook", Kinds.SecretUrl, c => c.Webhook, (c, v) => c with { Webhook = v }, "Where alerts are posted.");

    /// <summary>The budget as JSON, secrets hidden.</summary>
    public override string ToString() => Shape.Print(this);
}
