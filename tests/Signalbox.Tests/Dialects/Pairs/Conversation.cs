namespace Signalbox.Tests.Dialects.Pairs;

/// <summary>A request that every dialect can say in its own words.</summary>
internal sealed record Conversation(string? System, Turn[] Turns, Tool[] Tools, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>The setting as JSON text; null where it is not set.</summary>
    public string? this[string setting] => Settings.GetValueOrDefault(setting);

    /// <summary>The same with one thing less, for the smallest request that still fails.</summary>
    public IEnumerable<Conversation> Smaller()
    {
        if (System is not null)
        {
            yield return this with { System = null };
        }

        foreach (var name in Settings.Keys)
        {
            yield return this with { Settings = Settings.Where(setting => setting.Key != name).ToDictionary() };
        }

        for (var i = 0; i < Turns.Length && Turns.Length > 1; i++)
        {
            yield return this with { Turns = Turns.Where((_, at) => at != i).ToArray() };
        }

        for (var i = 0; i < Turns.Length; i++)
        {
            foreach (var turn in Turns[i].Smaller())
            {
                yield return this with { Turns = Turns.Select((old, at) => at == i ? turn : old).ToArray() };
            }
        }

        // A choice among no tools is another request.
        for (var i = 0; i < Tools.Length && (Tools.Length > 1 || (this["tool_choice"] ?? this["parallel_tool_calls"]) is null); i++)
        {
            yield return this with { Tools = Tools.Where((_, at) => at != i).ToArray() };
        }
    }
}

internal abstract record Turn
{
    public virtual IEnumerable<Turn> Smaller() => [];
}

/// <summary>What the user says: texts, and images as base64.</summary>
internal sealed record UserTurn((bool IsImage, string Value)[] Parts) : Turn
{
    public override IEnumerable<Turn> Smaller() =>
        Parts.Length == 1 ? [] : Parts.Select((_, i) => new UserTurn(Parts.Where((_, at) => at != i).ToArray()));
}

internal sealed record AssistantTurn(string Text, string? Thinking) : Turn
{
    public override IEnumerable<Turn> Smaller() => Thinking is null ? [] : [this with { Thinking = null }];
}

/// <summary>Calls made together, and their results, in the order of the calls or in the opposite one.</summary>
internal sealed record ToolTurn(string? Text, Call[] Calls, bool IsReversed) : Turn
{
    public override IEnumerable<Turn> Smaller()
    {
        if (Text is not null)
        {
            yield return this with { Text = null };
        }

        if (IsReversed)
        {
            yield return this with { IsReversed = false };
        }

        for (var i = 0; i < Calls.Length && Calls.Length > 1; i++)
        {
            yield return this with { Calls = Calls.Where((_, at) => at != i).ToArray() };
        }
    }

    /// <summary>The calls with their places, in the order in which the results come.</summary>
    public IEnumerable<(Call Call, int Place)> Results()
    {
        var results = Calls.Select((call, place) => (call, place));
        return IsReversed ? results.Reverse() : results;
    }
}

internal sealed record Call(string Name, string Arguments, string Result, bool IsError);

internal sealed record Tool(string Name, string? Description, string Schema, bool? Strict);
