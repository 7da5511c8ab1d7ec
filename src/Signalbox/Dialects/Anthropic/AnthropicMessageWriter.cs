using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>
/// Writes the system prompt and the messages: strictly alternating turns of user and assistant, the user first, the results
/// of tools at the beginning of the turn that answers their calls.
/// </summary>
internal static class AnthropicMessageWriter
{
    /// <summary>Stands in for a user turn that the protocol demands and the caller did not send.</summary>
    private const string Placeholder = ".";

    /// <summary>One turn of the conversation; consecutive messages of one role are one turn.</summary>
    private sealed class Turn(bool isAssistant)
    {
        public bool IsAssistant { get; } = isAssistant;

        public List<AIContent> Results { get; } = [];

        public List<AIContent> Others { get; } = [];
    }

    public static void Write(OutboundRequest outbound, AnthropicBlockWriter blocks, Utf8JsonWriter json)
    {
        var system = new List<TextContent>();
        if (outbound.Request.Options.Instructions is { } instructions)
        {
            AddSystem(new TextContent(instructions), system, outbound.Losses);
        }

        var turns = Arrange(outbound, system);
        AddFormatInstruction(outbound, system);
        WriteSystem(system, blocks, json);
        BeginWithUser(turns, system.Count > 0 || outbound.Request.Messages.Count > 0, outbound.Losses);
        CheckEnd(turns, outbound);
        json.WriteStartArray("messages"u8);
        foreach (var turn in turns)
        {
            WriteTurn(turn, blocks, json);
        }

        json.WriteEndArray();
    }

    private static List<Turn> Arrange(OutboundRequest outbound, List<TextContent> system)
    {
        var turns = new List<Turn>();
        foreach (var message in outbound.Request.Messages)
        {
            if (message.AuthorName is not null)
            {
                outbound.Losses.Add("messages.name", LossKind.Dropped);
            }

            if (message.Role == ChatRole.System || message.Role == Vocabulary.Developer)
            {
                AddSystem(message, turns.Count > 0, system, outbound.Losses);
                continue;
            }

            var isAssistant = message.Role == ChatRole.Assistant;
            foreach (var content in message.Contents)
            {
                if (!AnthropicBlockWriter.CanWrite(content, isAssistant, outbound.Losses))
                {
                    continue;
                }

                if (turns.Count == 0 || turns[^1].IsAssistant != isAssistant)
                {
                    turns.Add(new Turn(isAssistant));
                }

                (content is FunctionResultContent ? turns[^1].Results : turns[^1].Others).Add(content);
            }
        }

        return turns;
    }

    private static void AddSystem(ChatMessage message, bool isLate, List<TextContent> system, LossReport losses)
    {
        if (isLate)
        {
            losses.Add("messages.system", LossKind.Approximated);
        }

        foreach (var content in message.Contents)
        {
            AddSystem(content, system, losses);
        }
    }

    private static void AddSystem(AIContent content, List<TextContent> system, LossReport losses)
    {
        if (!AnthropicBlockWriter.CanWrite(content, isAssistant: true, losses))
        {
            return;
        }

        if (content is TextContent text)
        {
            system.Add(text);
        }
        else
        {
            losses.Add("content." + ContentKinds.Of(content), LossKind.Dropped);
        }
    }

    /// <summary>A model without enforced schemas is told what to answer.</summary>
    private static void AddFormatInstruction(OutboundRequest outbound, List<TextContent> system)
    {
        if (outbound.Request.Options.ResponseFormat is not ChatResponseFormatJson format || (format.Schema is not null && outbound.Capabilities.JsonSchema))
        {
            return;
        }

        outbound.Losses.Add("response_format", LossKind.Emulated);
        system.Add(new TextContent(format.Schema is { } schema
            ? "Answer with one JSON value that is valid against the following JSON schema, and with nothing else: no other text, no code fence.\n" + schema.GetRawText()
            : "Answer with one JSON object and with nothing else: no other text, no code fence."));
    }

    private static void WriteSystem(List<TextContent> system, AnthropicBlockWriter blocks, Utf8JsonWriter json)
    {
        if (system.Count == 0)
        {
            return;
        }

        json.WritePropertyName("system"u8);
        WriteBlocks(system, blocks, json);
    }

    private static void BeginWithUser(List<Turn> turns, bool hasInput, LossReport losses)
    {
        var isMissing = turns.Count == 0 ? hasInput : turns[0].IsAssistant;
        if (isMissing)
        {
            var first = new Turn(isAssistant: false);
            first.Others.Add(new TextContent(Placeholder));
            turns.Insert(0, first);
            losses.Add("messages", LossKind.Approximated);
        }
    }

    /// <summary>
    /// A last turn of the assistant asks the model to go on writing it, which newer models refuse; a turn that a server tool
    /// paused is the exception. No other request means the same, so it is refused here, in plain words.
    /// </summary>
    private static void CheckEnd(List<Turn> turns, OutboundRequest outbound)
    {
        if (turns.Count == 0 || !turns[^1].IsAssistant || turns[^1].Others is not [.., var last])
        {
            return;
        }

        if (!outbound.Capabilities.Prefill && !turns[^1].Others.Exists(static content => content is OpaqueContent))
        {
            outbound.Refusal = GatewayError.Invalid(
                "messages",
                $"The model {outbound.Upstream} does not continue a begun answer: the last message must not be an assistant message. End the conversation with a user message.");
        }

        if (last is TextContent text && char.IsWhiteSpace(text.Text[^1]))
        {
            turns[^1].Others[^1] = new TextContent(text.Text.TrimEnd());
            outbound.Losses.Add("messages", LossKind.Approximated);
        }
    }

    private static void WriteTurn(Turn turn, AnthropicBlockWriter blocks, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, turn.IsAssistant ? "assistant"u8 : "user"u8);
        json.WritePropertyName("content"u8);
        if (turn.Results.Count == 0)
        {
            WriteBlocks(turn.Others, blocks, json);
        }
        else
        {
            json.WriteStartArray();
            blocks.WriteAll(turn.Results);
            blocks.WriteAll(turn.Others);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>A single plain text is written as the string that it is.</summary>
    private static void WriteBlocks<TContent>(List<TContent> contents, AnthropicBlockWriter blocks, Utf8JsonWriter json)
        where TContent : AIContent
    {
        if (contents is [TextContent { AdditionalProperties: null, Annotations: null } only])
        {
            json.WriteStringValue(only.Text);
            return;
        }

        json.WriteStartArray();
        blocks.WriteAll(contents);
        json.WriteEndArray();
    }
}
