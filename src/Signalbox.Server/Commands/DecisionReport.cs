using System.Globalization;
using Signalbox.Configuration.Fields;
using Signalbox.Routing.Decisions;
using Signalbox.Routing.Planning;
using Spectre.Console;

namespace Signalbox.Server.Commands;

/// <summary>A decision as people read it: what the request is, how the order was found, the candidates, the attempts.</summary>
internal sealed class DecisionReport(IAnsiConsole console)
{
    /// <summary>A pipe has no width; names must not be broken for one.</summary>
    private const int RedirectedWidth = 200;

    /// <summary>Below this, sentences stand under the table instead of in it.</summary>
    private const int NarrowWidth = 110;

    private const string Unknown = "unknown";
    private const string Nothing = "-";

    private readonly bool _isNarrow = console.Profile.Width < NarrowWidth;

    public static DecisionReport ToOutput() => new(Open(Console.Out, Console.IsOutputRedirected));

    public static DecisionReport ToErrors() => new(Open(Console.Error, Console.IsErrorRedirected));

    /// <summary>What would become of a request that was only planned.</summary>
    public void WritePlan(DecisionRecord decision)
    {
        WriteChoice(decision);
        var plan = decision.Plan!;
        var kept = plan.Order.Select(place => plan.Candidates[place].Deployment).ToLookup(static target => target.FallbackFor, static target => target.FullName);
        Line(kept[null].Any()
            ? $"Would be tried: {string.Join(", then ", kept[null])}."
            : decision.Error is { } error ? $"It would be refused with {error.Word}: {error.Message}" : "No model is left, so it would be refused with no_candidate.");
        foreach (var group in kept.Where(static group => group.Key is not null))
        {
            Line($"After {Dialects.GatewayError.WordOf(group.Key!.Value)} only: {string.Join(", then ", group)}.");
        }

        Line("Nothing was sent. Latency and failures are known to a running gateway only: POST /admin/explain asks it.");
    }

    /// <summary>What became of a request.</summary>
    public void WriteWhole(DecisionRecord decision)
    {
        if (decision.Plan is not null)
        {
            WriteChoice(decision);
        }

        WriteAttempts(decision);
    }

    private void WriteChoice(DecisionRecord decision)
    {
        var plan = decision.Plan!;
        Line($"Request:  {DescribeRequest(decision, plan.Input)}");
        Line($"Route:    {Words.Shorten(decision.Route ?? Nothing)}");
        Line($"Strategy: {plan.Input.Strategy}: {plan.Reason}");
        if (DescribeLastResort(plan.LastResort) is { } resort)
        {
            Line($"In need:  {resort}");
        }

        var table = Columns("order", "model", "where", "kept or removed", "cost", "quality", "latency", "score");
        foreach (var place in plan.Order.Concat(Enumerable.Range(0, plan.Candidates.Length).Except(plan.Order)))
        {
            AddCandidate(table, plan, place);
        }

        console.Write(table);
        if (_isNarrow)
        {
            foreach (var candidate in plan.Candidates.Where(static candidate => candidate.Removal != Removal.None || candidate.Deployment.IsFallback))
            {
                Line($"{candidate.Deployment.FullName}: {Verdict(candidate, plan.Input)}.");
            }
        }
    }

    private static string? DescribeLastResort(LastResort resort) => resort switch
    {
        LastResort.Resting => "every model that could serve it is resting after failures, so they are tried all the same",
        LastResort.NarrowContext => "no model is sure to have room for it, so those that may have are tried",
        LastResort.Emulation => "no model can do all that it asks for, so those are tried that do without, with a loss that is reported",
        LastResort.ContextFallbacks => "none of the models has room for it, so the fallbacks for context_length are tried",
        _ => null,
    };

    /// <summary>What becomes of a candidate, and why.</summary>
    private static string Verdict(in Candidate candidate, PlanInput input) => candidate switch
    {
        { Removal: not Removal.None } => $"removed: {RemovalText.Of(in candidate, input)}",
        { Deployment.FallbackFor: { } reason } => $"kept, as a fallback for {Dialects.GatewayError.WordOf(reason)}",
        { Deployment.IsFallback: true } => "kept, as a fallback",
        _ => "kept",
    };

    private static string DescribeRequest(DecisionRecord decision, PlanInput input)
    {
        var needs = DecisionWords.Of(input.Needs).ToArray();
        var kinds = decision.SensitiveKinds is { Count: > 0 } found ? $" ({string.Join(", ", found)})" : "";
        string?[] parts =
        [
            input.TaskIfKnown,
            input.DifficultyIfKnown is { } difficulty ? $"{DecisionWords.ComplexityOf(difficulty, input.Route.Rules)} (difficulty {Number(difficulty, "0.00")})" : null,
            decision.Language is { } language ? $"language {language}" : null,
            $"about {Number(input.InputTokens, "N0")} tokens in and {Number(input.OutputTokens, "N0")} out",
            needs.Length > 0 ? $"needs {string.Join(", ", needs)}" : null,
            $"reads {string.Join(", ", DecisionWords.Of(input.Input))}",
            $"sensitivity {DecisionWords.Of(input.Sensitivity)}{kinds}",
            input.MaxCostUsd is { } cost ? $"at most {Money(cost)}" : null,
            input.MaxLatency is { } wait ? $"first output within {Milliseconds(wait.TotalMilliseconds)}" : null,
        ];
        return string.Join("; ", parts.Where(static part => part is not null));
    }

    private void AddCandidate(Table table, RoutePlan plan, int place)
    {
        var candidate = plan.Candidates[place];
        var order = Array.IndexOf(plan.Order, place);
        AddRow(table,
            order < 0 ? Nothing : Number(order + 1, "0"),
            candidate.Deployment.FullName,
            DecisionWords.Of(candidate.Deployment.Locality),
            !_isNarrow ? Verdict(candidate, plan.Input) : candidate.Removal == Removal.None ? "kept" : "removed",
            candidate.CostUsd is { } cost ? Money(cost) : Unknown,
            Number(candidate.Quality, "0.00"),
            candidate.LatencyMs is { } latency ? Milliseconds(latency) : Nothing,
            order < 0 ? Nothing : Number(candidate.Score, "G4"));
    }

    private void WriteAttempts(DecisionRecord decision)
    {
        var attempts = decision.Attempts;
        if (attempts.Count == 0)
        {
            Line("Nothing was sent.");
            return;
        }

        // The columns after the outcome: time to the first output, in all; tokens in, out.
        var table = Columns("call", "model", "why", "outcome", "first", "in all", "in", "out", "cost");
        for (var i = 0; i < attempts.Count; i++)
        {
            var attempt = attempts[i];
            AddRow(table,
                Number(i + 1, "0"),
                attempt.Model,
                DecisionWords.Of(attempt.Kind),
                attempt.Error is { } error && !_isNarrow ? $"{DecisionWords.Of(attempt.Outcome)}: {ErrorLine(error, decision)}" : DecisionWords.Of(attempt.Outcome),
                attempt.TimeToFirstOutput is { } first ? Milliseconds(first.TotalMilliseconds) : Nothing,
                attempt.Duration is { } all ? Milliseconds(all.TotalMilliseconds) : Nothing,
                attempt.Usage?.InputTokenCount is { } read ? Number(read, "N0") : Nothing,
                attempt.Usage?.OutputTokenCount is { } written ? (attempt.IsEstimated ? "about " : "") + Number(written, "N0") : Nothing,
                attempt.CostUsd is { } cost ? Money(cost) : attempt.Usage is null ? Nothing : Unknown);
        }

        console.Write(table);
        for (var i = 0; _isNarrow && i < attempts.Count; i++)
        {
            if (attempts[i].Error is { } error)
            {
                Line($"Call {Number(i + 1, "0")}: {ErrorLine(error, decision)}");
            }
        }
    }

    private static string ErrorLine(Dialects.GatewayError error, DecisionRecord decision) => $"{error.Word}. {DecisionErrorText.Of(error, decision)}";

    private Table Columns(params ReadOnlySpan<string> names)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in names)
        {
            // What gives way first are sentences; on a narrow terminal names are broken, numbers never.
            var column = new TableColumn(new Text(name)).Padding(0, 0, 1, 0);
            table.AddColumn(name is "kept or removed" || name == (_isNarrow ? "model" : "outcome") ? column : column.NoWrap());
        }

        return table;
    }

    private static void AddRow(Table table, params string[] cells) => table.AddRow(cells.Select(static cell => new Text(cell)));

    private void Line(string text) => console.WriteLine(text);

    private static IAnsiConsole Open(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (isRedirected)
        {
            console.Profile.Width = RedirectedWidth;
        }

        return console;
    }

    private static string Money(decimal usd) => "$" + usd.ToString("0.########", CultureInfo.InvariantCulture);

    private static string Milliseconds(double time) => Number(time, "N0") + " ms";

    private static string Number(double value, string format) => (value + 0.0).ToString(format, CultureInfo.InvariantCulture);
}
