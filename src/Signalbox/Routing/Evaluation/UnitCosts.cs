using System.Globalization;
using Signalbox.Routing.Learning;

namespace Signalbox.Routing.Evaluation;

/// <summary>What a call is rated at where the rows do not say: dollars per million output tokens where tokens were recorded, else per call.</summary>
internal sealed record UnitCosts(double Weak, double Strong)
{
    /// <summary>About what a small and a large model of the recorded pairs cost: 0.24 and 24.7 dollars per million tokens.</summary>
    public static UnitCosts Default { get; } = new(0.24, 24.7);

    private const double PerMillion = 1_000_000;

    /// <summary>The outcomes with their costs, and how they were found.</summary>
    public (RoutedOutcome[] Outcomes, string Origin) Rate(IReadOnlyList<OutcomeRow> rows, ModelPair pair)
    {
        if (rows.Count > 0 && rows.All(row => Has(row.Cost, pair)))
        {
            return (Outcomes(rows, pair, static (row, model, _) => row.Cost[model]), "dollars per prompt as recorded");
        }

        var units = string.Create(CultureInfo.InvariantCulture, $"{Weak} and {Strong}");
        return rows.Count > 0 && rows.All(row => Has(row.OutputTokens, pair))
            ? (Outcomes(rows, pair, static (row, model, unit) => row.OutputTokens[model] * unit / PerMillion), $"recorded output tokens at {units} dollars per million (weak, strong)")
            : (Outcomes(rows, pair, static (_, _, unit) => unit), $"none recorded, so {units} units per call (weak, strong)");
    }

    private RoutedOutcome[] Outcomes(IReadOnlyList<OutcomeRow> rows, ModelPair pair, Func<OutcomeRow, string, double, double> cost) =>
        [.. rows.Select(row => new RoutedOutcome(row.Outcomes[pair.Weak], row.Outcomes[pair.Strong], cost(row, pair.Weak, Weak), cost(row, pair.Strong, Strong)))];

    private static bool Has(IReadOnlyDictionary<string, double> values, ModelPair pair) => values.ContainsKey(pair.Weak) && values.ContainsKey(pair.Strong);
}
