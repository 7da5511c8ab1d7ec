using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.Ollama;

/// <summary>The <c>think</c> switch: on, off, or a level for the models that have levels.</summary>
internal static class OllamaThinking
{
    /// <summary>Thinking is on and the model decides how much.</summary>
    private const int Dynamic = -1;

    private static readonly string[] Levels = ["low", "medium", "high", "max"];

    public static void Read(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        if (problems.Get(body, "think", required: false) is not { } think)
        {
            return;
        }

        switch (think.ValueKind)
        {
            case JsonValueKind.True:
                Vocabulary.Set(options, Vocabulary.ThinkingBudget, Dynamic);
                break;
            case JsonValueKind.False:
                OpenAiShared.SetEffort(options, "none");
                break;
            case JsonValueKind.String when think.GetString() is { } level:
                if (Array.IndexOf(Levels, level) < 0)
                {
                    problems.Fail("think", $"must be true, false, low, medium, high or max, not '{(level.Length <= 40 ? level : level[..40] + "...")}'");
                }

                OpenAiShared.SetEffort(options, level);
                break;
            default:
                problems.Fail("think", "must be true, false, low, medium, high or max");
                break;
        }
    }

    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        var effort = OpenAiShared.EffortOf(options);
        if (effort is null)
        {
            if (Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.ThinkingBudget) is not { } budget)
            {
                return;
            }

            if (budget < 0)
            {
                json.WriteBoolean("think"u8, true);
                return;
            }

            effort = ReasoningTable.EffortOf(budget);
            if (budget > 0)
            {
                outbound.Losses.Add("reasoning", LossKind.Approximated);
            }
            else
            {
                effort = "none";
            }
        }

        WriteEffort(effort, outbound, json);
    }

    private static void WriteEffort(string effort, OutboundRequest outbound, Utf8JsonWriter json)
    {
        if (effort == "none")
        {
            json.WriteBoolean("think"u8, false);
            return;
        }

        var levels = LevelsOf(outbound);
        if (levels.Length == 0)
        {
            // A model without levels refuses the word.
            json.WriteBoolean("think"u8, true);
            outbound.Losses.Add("reasoning", LossKind.Approximated);
            return;
        }

        var level = ReasoningTable.Nearest(effort, levels);
        json.WriteString("think"u8, level);
        if (level != effort)
        {
            outbound.Losses.Add("reasoning", LossKind.Approximated);
        }
    }

    /// <summary>The levels of a model: what the catalog says; where it says nothing, only gpt-oss is known to have any.</summary>
    private static string[] LevelsOf(OutboundRequest outbound)
    {
        var known = outbound.Capabilities.Efforts;
        if (known.Count > 0)
        {
            return Array.FindAll(Levels, known.Contains);
        }

        return outbound.Upstream.Contains("gpt-oss", StringComparison.OrdinalIgnoreCase) ? Levels[..3] : [];
    }
}
