using System.Text.Json;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.RecordedTraffic;

/// <summary>Compares two answers by what they say, as far as a protocol can say it.</summary>
internal static class AnswerCheck
{
    /// <summary>Where the actual answer says something else than the recorded one; empty where it says the same.</summary>
    /// <param name="expected">The recorded answer.</param>
    /// <param name="actual">The answer that arrived.</param>
    /// <param name="caller">The protocol it arrived in; null for one that can say everything.</param>
    public static IReadOnlyList<string> Differences(Answer expected, Answer actual, Wire? caller)
    {
        var differences = new List<string>();
        if (expected.IsBlocked)
        {
            // Protocols without a blocked prompt say it in words.
            actual.Text.Clear();
        }

        Compare("text", expected.Text.ToString(), actual.Text.ToString());
        if (!SameFinish(expected, actual, caller))
        {
            differences.Add($"finish: {expected.Finish} became {actual.Finish}");
        }

        Compare("calls", string.Join(',', expected.Calls.Select(static call => call.Name)), string.Join(',', actual.Calls.Select(static call => call.Name)));
        if (caller?.Dialect == "gemini" && expected.Calls.Count > actual.Calls.Count && expected.Finish == "length" && TryParse(expected.Calls[^1].Arguments.ToString()) is null)
        {
            return [Findings.Exception + "a call that the token limit cut off is none in Gemini, whose calls come whole"];
        }

        if (expected.Usage.Reasoning > expected.Usage.Output && expected.Usage.Output != actual.Usage.Output)
        {
            return [Findings.Exception + "the recorded counts have more reasoning than output, which counts apart cannot say"];
        }

        foreach (var (wanted, given) in expected.Calls.Zip(actual.Calls))
        {
            if (!SameArguments(wanted.Arguments.ToString(), given.Arguments.ToString()))
            {
                differences.Add($"arguments of {wanted.Name}: {wanted.Arguments} became {given.Arguments}");
            }
        }

        var (cached, cacheWrite, reasoning) = caller?.Counts ?? (true, true, true);
        CompareCount("input tokens", expected.Usage.Input, actual.Usage.Input, true);
        CompareCount("output tokens", expected.Usage.Output, actual.Usage.Output, true);
        CompareCount("cached tokens", expected.Usage.Cached, actual.Usage.Cached, cached);
        CompareCount("cache writes", expected.Usage.CacheWrite, actual.Usage.CacheWrite, cacheWrite);
        CompareCount("reasoning tokens", expected.Usage.Reasoning, actual.Usage.Reasoning, reasoning);
        return differences;

        void Compare(string what, string? wanted, string? given)
        {
            if (wanted != given)
            {
                differences.Add($"{what}: '{Short(wanted)}' became '{Short(given)}'");
            }
        }

        void CompareCount(string what, long? wanted, long? given, bool isCarried)
        {
            // What was not recorded cannot be compared; a zero may be left out.
            if (isCarried && wanted is not null && wanted != (given ?? 0))
            {
                differences.Add($"{what}: {wanted} became {given?.ToString() ?? "nothing"}");
            }
        }
    }

    /// <summary>What a protocol has no word for, it says as stop.</summary>
    private static bool SameFinish(Answer expected, Answer actual, Wire? caller)
    {
        var said = caller is null || expected.Finish is null || caller.Finishes.Contains(expected.Finish) ? expected.Finish : "stop";
        return said is null || said == actual.Finish
            || (expected.IsRefusal && actual.Finish == "content_filter")
            || (said == "stop" && expected.Calls.Count > 0 && actual.Finish == "tool_calls");
    }

    /// <summary>Equal as JSON. Arguments that a token limit cut off are no JSON; protocols that carry objects have none then.</summary>
    public static bool SameArguments(string wanted, string given)
    {
        if (TryParse(wanted) is not { } json)
        {
            return given == wanted || given == "{}";
        }

        return TryParse(given) is { } other && JsonElement.DeepEquals(json, other);
    }

    private static JsonElement? TryParse(string arguments)
    {
        try
        {
            return JsonWalk.Parse(arguments.Length == 0 ? "{}" : arguments);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Short(string? text) => text is { Length: > 80 } ? text[..60] + "..." + text.Length : text;
}
