using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Ollama;

/// <summary>Writes messages for an Ollama server: one text each, images beside it, tool calls whole.</summary>
internal static class OllamaMessageWriter
{
    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var request = outbound.Request;
        if (request.Options.Instructions is { Length: > 0 } instructions)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "system"u8);
            json.WriteString("content"u8, instructions);
            json.WriteEndObject();
        }

        var calls = new ToolCallLog();
        foreach (var message in request.Messages)
        {
            Note(message, calls);
            var results = WriteResults(message, calls, outbound.Losses, json);
            if (message.Role != ChatRole.Tool && (results == 0 || results < message.Contents.Count))
            {
                WriteMessage(message, outbound.Losses, json);
            }
        }
    }

    private static void Note(ChatMessage message, ToolCallLog calls)
    {
        foreach (var content in message.Contents)
        {
            if (content is FunctionCallContent call)
            {
                calls.Called(call.CallId, call.Name, "");
            }
        }
    }

    private static void WriteMessage(ChatMessage message, LossReport losses, Utf8JsonWriter json)
    {
        var parts = Parts.Of(message.Contents, losses);
        json.WriteStartObject();
        json.WriteString("role"u8, RoleOf(message.Role));
        json.WriteString("content"u8, parts.Text);
        if (message.Role == ChatRole.Assistant)
        {
            if (parts.Thinking.Length > 0)
            {
                json.WriteString("thinking"u8, parts.Thinking);
            }

            WriteCalls(message.Contents, losses, json);
        }

        OllamaImages.Write(parts.Images, json);
        json.WriteEndObject();
    }

    private static string RoleOf(ChatRole role)
    {
        if (role == ChatRole.Assistant || role == ChatRole.User)
        {
            return role.Value;
        }

        return "system";
    }

    private static void WriteCalls(IList<AIContent> contents, LossReport losses, Utf8JsonWriter json)
    {
        var count = 0;
        foreach (var content in contents)
        {
            if (content is not FunctionCallContent call)
            {
                continue;
            }

            if (count == 0)
            {
                json.WriteStartArray("tool_calls"u8);
            }

            if (!OllamaToolCalls.Write(call.CallId, count++, call.Name, Contents.ArgumentsText(call), json))
            {
                losses.Add("tool_call.arguments", LossKind.Approximated);
            }
        }

        if (count > 0)
        {
            json.WriteEndArray();
        }
    }

    /// <summary>Each result becomes a message of its own, with the tool's name for servers that do not know ids yet.</summary>
    private static int WriteResults(ChatMessage message, ToolCallLog calls, LossReport losses, Utf8JsonWriter json)
    {
        var count = 0;
        foreach (var content in message.Contents)
        {
            if (content is not FunctionResultContent result)
            {
                continue;
            }

            count++;
            json.WriteStartObject();
            json.WriteString("role"u8, "tool"u8);
            json.WriteString("content"u8, Contents.ResultText(result));
            if (calls.NameOf(result.CallId) is { } name)
            {
                json.WriteString("tool_name"u8, name);
            }

            json.WriteString("tool_call_id"u8, result.CallId);
            OllamaImages.Write(result.Result is IEnumerable<AIContent> parts ? ImagesOf(parts, losses) : null, json);
            json.WriteEndObject();
            if (Vocabulary.Get<bool?>(result.AdditionalProperties, Vocabulary.IsError) is true)
            {
                losses.Add("tool_result.is_error", LossKind.Dropped);
            }
        }

        return count;
    }

    private static List<DataContent> ImagesOf(IEnumerable<AIContent> parts, LossReport losses)
    {
        var images = new List<DataContent>();
        foreach (var part in parts)
        {
            if (part is DataContent data && data.HasTopLevelMediaType("image"))
            {
                images.Add(data);
            }
            else if (part is not TextContent)
            {
                losses.Add("tool_result." + ContentKinds.Of(part), LossKind.Dropped);
            }
        }

        return images;
    }

    /// <summary>The contents of one message, sorted by the field that takes them.</summary>
    private sealed class Parts
    {
        public string Text { get; private set; } = "";

        public string Thinking { get; private set; } = "";

        public List<DataContent> Images { get; } = [];

        public static Parts Of(IList<AIContent> contents, LossReport losses)
        {
            var parts = new Parts();
            foreach (var content in contents)
            {
                parts.Add(content, losses);
            }

            return parts;
        }

        private void Add(AIContent content, LossReport losses)
        {
            switch (content)
            {
                case TextContent text:
                    Text += text.Text;
                    break;
                case ErrorContent refusal:
                    Text += refusal.Message;
                    break;
                case TextReasoningContent reasoning:
                    AddThinking(reasoning, losses);
                    break;
                case DataContent data when data.HasTopLevelMediaType("image"):
                    Images.Add(data);
                    break;
                case FunctionCallContent or FunctionResultContent or UsageContent:
                    break;
                default:
                    losses.Add("content." + ContentKinds.Of(content), LossKind.Dropped);
                    break;
            }
        }

        /// <summary>Thoughts go back only where no other provider has signed them.</summary>
        private void AddThinking(TextReasoningContent reasoning, LossReport losses)
        {
            var signedBy = Vocabulary.Get<string>(reasoning.AdditionalProperties, Vocabulary.SignedBy);
            if (reasoning.ProtectedData is null && signedBy is null or OllamaDialect.DialectName)
            {
                Thinking += reasoning.Text;
            }
            else
            {
                losses.Add("messages.reasoning", LossKind.Dropped);
            }
        }
    }
}
