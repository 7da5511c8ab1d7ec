using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Json;
using Signalbox.Pipeline.Reading;
using Signalbox.Providers;
using Signalbox.Routing.Planning;

namespace Signalbox.Pipeline.Attempts;

/// <summary>
/// One sentence more in the instructions, where the route asks for it and the serving model's specialization fits the task. It is
/// of one attempt only: another model gets the caller's instructions as they are, or a sentence of its own.
/// </summary>
internal static partial class PromptEnhancement
{
    private const string ForCode =
        "Write complete, correct and idiomatic code, handle errors and edge cases, and keep explanations short.";

    private const string ForMaths =
        "Work step by step, check every step of the calculation, and state the final result in a line of its own.";

    private const string LossField = "instructions";
    private const int MaxLooked = 4096;

    public static void Prepare(ProviderCall call, PlanInput input)
    {
        if (SentenceFor(input.Task, call.Deployment.Specialization, call.Request) is { } sentence)
        {
            call.Enhancement = sentence;
            call.Request = WithInstruction(call.Request, sentence);
        }
    }

    /// <summary>The sentence for a task at a model; null where the two do not fit.</summary>
    public static string? SentenceFor(string task, string? specialization, DialectRequest request) => specialization switch
    {
        "code" when task == "code_generation" => ForCode,
        "math" when task == "complex_reasoning" && HasMaths(request) => ForMaths,
        _ => null,
    };

    /// <summary>A translated request carries the sentence already; this says so.</summary>
    public static void Report(ProviderCall call)
    {
        if (call.Enhancement is not null)
        {
            call.Losses.Add(LossField, LossKind.Emulated);
        }
    }

    /// <summary>Puts the sentence into a body that is relayed; everything else stays byte for byte.</summary>
    public static void Edit(ProviderCall call, BodyEditor editor)
    {
        if (call.Enhancement is { } sentence && TryEdit(call.Context.Dialect!.Name, call.Context.Request.Body, sentence, editor))
        {
            Report(call);
        }
    }

    private static bool TryEdit(string dialect, JsonElement body, string sentence, BodyEditor editor) => dialect switch
    {
        "openai-chat" or "ollama" => EditMessages(body, sentence, editor),
        "anthropic-messages" => EditText(body, "system", sentence, editor),
        "openai-responses" => EditText(body, "instructions", sentence, editor),
        "ollama-generate" => EditText(body, "system", sentence, editor),
        "gemini" => EditParts(body, sentence, editor),
        // The retired completions have no instructions.
        _ => false,
    };

    private static bool EditMessages(JsonElement body, string sentence, BodyEditor editor)
    {
        if (!body.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
        {
            return false;
        }

        var first = messages[0];
        var isSystem = first.TryGetProperty("role", out var role) && (role.ValueEquals("system"u8) || role.ValueEquals("developer"u8));
        if (isSystem)
        {
            return first.TryGetProperty("content", out var content) && Append(content, sentence, editor);
        }

        editor.PrependItem(messages, [.. """{"role":"system","content":"""u8, .. JsonText.Quote(sentence), (byte)'}']);
        return true;
    }

    private static bool EditText(JsonElement body, string field, string sentence, BodyEditor editor)
    {
        if (body.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null)
        {
            return Append(value, sentence, editor);
        }

        editor.Set(field, JsonText.Quote(sentence));
        return true;
    }

    private static bool EditParts(JsonElement body, string sentence, BodyEditor editor)
    {
        byte[] part = [.. """{"text":"""u8, .. JsonText.Quote(sentence), (byte)'}'];
        if (!body.TryGetProperty("systemInstruction", out var system) && !body.TryGetProperty("system_instruction", out system))
        {
            editor.Set("systemInstruction", (byte[])[.. """{"parts":["""u8, .. part, (byte)']', (byte)'}']);
            return true;
        }

        if (system.ValueKind != JsonValueKind.Object || !system.TryGetProperty("parts", out var parts) || parts.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        editor.AppendItem(parts, part);
        return true;
    }

    private static bool Append(JsonElement value, string sentence, BodyEditor editor)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                editor.AppendText(value, value.ValueEquals(""u8) ? sentence : "\n\n" + sentence);
                return true;
            case JsonValueKind.Array:
                editor.AppendItem(value, [.. """{"type":"text","text":"""u8, .. JsonText.Quote(sentence), (byte)'}']);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The request with the sentence behind the caller's own instructions. The caller's request stays as it is.</summary>
    private static DialectRequest WithInstruction(DialectRequest request, string sentence)
    {
        if (request.Messages is [var first, ..] && (first.Role == ChatRole.System || first.Role == Vocabulary.Developer)
            && first.Contents is [.., TextContent last])
        {
            var contents = new List<AIContent>(first.Contents);
            contents[^1] = new TextContent(last.Text.Length == 0 ? sentence : last.Text + "\n\n" + sentence) { AdditionalProperties = last.AdditionalProperties };
            var messages = new List<ChatMessage>(request.Messages) { [0] = new ChatMessage(first.Role, contents) { AuthorName = first.AuthorName } };
            return request with { Messages = messages };
        }

        var options = request.Options.Clone();
        options.Instructions = options.Instructions is { Length: > 0 } own ? own + "\n\n" + sentence : sentence;
        return request with { Options = options };
    }

    private static bool HasMaths(DialectRequest request)
    {
        for (var i = request.Messages.Count - 1; i >= 0; i--)
        {
            if (request.Messages[i].Role == ChatRole.User)
            {
                var text = request.Messages[i].Text;
                return Maths().IsMatch(text.AsSpan(0, Math.Min(text.Length, MaxLooked)));
            }
        }

        return false;
    }

    /// <summary>Arithmetic on digits, formulas, and the words for it in the four languages.</summary>
    [GeneratedRegex(
        @"\d\s*[-+*/^=<>×÷%]\s*\d|[a-z]\s*=\s*-?\d|\\(frac|int|sum|sqrt|begin)|[∑∫√≤≥π]|\b(calculat|comput|equation|integral|derivative|probabilit|theorem|proof|prove|solve|matrix|polynomial|geometr|algebra|how many|how much|percent"
        + @"|berechn|gleichung|ableitung|wahrscheinlich|beweis|wie viele|prozent|calcul|équation|dérivée|probabilité|démontr|combien|ecuaci|derivada|probabilidad|demuestra|cuánt|porcentaje)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Maths();
}
