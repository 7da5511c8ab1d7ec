using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>Writes <c>instructions</c> and <c>input</c>: the first system prompt goes apart, all else becomes items in its order.</summary>
internal sealed class ResponsesInputWriter(OutboundRequest outbound, Utf8JsonWriter json)
{
    /// <summary>Reasoning that waits for the item it led to: the API refuses reasoning that nothing follows.</summary>
    private readonly List<TextReasoningContent> _pending = [];

    public void Write()
    {
        var messages = outbound.Request.Messages;
        var first = 0;
        if (outbound.Request.Options.Instructions is { Length: > 0 } instructions)
        {
            json.WriteString("instructions"u8, instructions);
        }
        else if (messages is [{ Contents: [TextContent { Text.Length: > 0 } system] }, ..] && messages[0].Role == ChatRole.System)
        {
            json.WriteString("instructions"u8, system.Text);
            first = 1;
        }

        json.WriteStartArray("input"u8);
        for (var i = first; i < messages.Count; i++)
        {
            WriteMessage(messages[i]);
        }

        DropPending();
        json.WriteEndArray();
    }

    private void WriteMessage(ChatMessage message)
    {
        if (message.AuthorName is not null)
        {
            outbound.Losses.Add("messages.name", LossKind.Dropped);
        }

        if (message.Role == ChatRole.Assistant)
        {
            WriteAssistant(message);
        }
        else
        {
            DropPending();
            WriteOthers(message);
        }
    }

    /// <summary>A message of a person, a system or a tool: results are items of their own, what lies between them is a message.</summary>
    private void WriteOthers(ChatMessage message)
    {
        var role = RoleOf(message.Role);
        var contents = message.Contents;
        var start = 0;
        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i] is not (FunctionResultContent or OpaqueContent))
            {
                continue;
            }

            if (contents[i] is OpaqueContent opaque && !ResponsesItems.IsOwnItem(opaque))
            {
                continue;
            }

            WriteParts(role, contents, start, i);
            start = i + 1;
            if (contents[i] is FunctionResultContent result)
            {
                WriteResult(result);
            }
            else
            {
                ((OpaqueContent)contents[i]).Raw.WriteTo(json);
            }
        }

        if (start < contents.Count || contents.Count == 0)
        {
            WriteParts(role, contents, start, contents.Count);
        }
    }

    private string RoleOf(ChatRole role)
    {
        if (role == Vocabulary.Developer && !outbound.Differences.DeveloperRole)
        {
            outbound.Losses.Add("messages.developer", LossKind.Approximated);
            return "system";
        }

        return role == ChatRole.System || role == Vocabulary.Developer ? role.Value : "user";
    }

    private void WriteParts(string role, IList<AIContent> contents, int start, int end)
    {
        if (end == start && contents.Count > 0)
        {
            return;
        }

        if (end - start <= 1 && (end == start || contents[start] is TextContent))
        {
            json.WriteStartObject();
            json.WriteString("role"u8, role);
            json.WriteString("content"u8, end == start ? "" : ((TextContent)contents[start]).Text);
            json.WriteEndObject();
            return;
        }

        var isOpen = false;
        for (var i = start; i < end; i++)
        {
            if (!ResponsesParts.CanWrite(contents[i], "content", outbound.Losses))
            {
                continue;
            }

            if (!isOpen)
            {
                isOpen = true;
                json.WriteStartObject();
                json.WriteString("role"u8, role);
                json.WriteStartArray("content"u8);
            }

            ResponsesParts.Write(contents[i], isOutput: false, json);
        }

        if (isOpen)
        {
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private void WriteResult(FunctionResultContent result)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "function_call_output"u8);
        json.WriteString("call_id"u8, result.CallId);
        if (result.Result is IList<AIContent> parts and not [TextContent])
        {
            json.WriteStartArray("output"u8);
            foreach (var part in parts)
            {
                if (ResponsesParts.CanWrite(part, "tool_result", outbound.Losses))
                {
                    ResponsesParts.Write(part, isOutput: false, json);
                }
            }

            json.WriteEndArray();
        }
        else
        {
            json.WriteString("output"u8, Contents.ResultText(result));
        }

        json.WriteEndObject();
        if (Vocabulary.Get<bool>(result.AdditionalProperties, Vocabulary.IsError))
        {
            outbound.Losses.Add("tool_result.is_error", LossKind.Dropped);
        }
    }

    private void WriteAssistant(ChatMessage message)
    {
        var contents = message.Contents;
        var withIds = !HasForeignReasoning(contents);
        for (var i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextReasoningContent reasoning:
                    if (ResponsesItems.IsOwn(reasoning))
                    {
                        _pending.Add(reasoning);
                    }

                    break;
                case FunctionCallContent call:
                    WritePending();
                    WriteCall(call, withIds);
                    break;
                case OpaqueContent opaque when ResponsesItems.IsOwnItem(opaque):
                    WritePending();
                    opaque.Raw.WriteTo(json);
                    break;
                case TextContent or ErrorContent or OpaqueContent { Dialect: ResponsesDialect.DialectName }:
                    var end = EndOfText(contents, i);
                    WritePending();
                    WriteText(contents, i, end, withIds);
                    i = end - 1;
                    break;
                default:
                    // The model's own images and files have no place in what it is told to have said.
                    outbound.Losses.Add("content." + ContentKinds.Of(contents[i]), LossKind.Dropped);
                    break;
            }
        }
    }

    /// <summary>
    /// Whether a turn loses reasoning here. Then its other items go without their ids: by an id the provider would know that
    /// reasoning belonged before it, and refuse.
    /// </summary>
    private bool HasForeignReasoning(IList<AIContent> contents)
    {
        var found = false;
        foreach (var content in contents)
        {
            found |= content is TextReasoningContent reasoning && !ResponsesItems.IsOwn(reasoning);
        }

        if (found)
        {
            outbound.Losses.Add("messages.reasoning", LossKind.Dropped);
        }

        return found;
    }

    /// <summary>Where the message item that begins at <paramref name="start"/> ends: text of the same item lies side by side.</summary>
    private static int EndOfText(IList<AIContent> contents, int start)
    {
        var id = ResponsesItems.IdOf(contents[start]);
        var end = start + 1;
        while (end < contents.Count && ResponsesItems.IdOf(contents[end]) == id
            && (contents[end] is TextContent or ErrorContent || (contents[end] is OpaqueContent { Dialect: ResponsesDialect.DialectName } part && !ResponsesItems.IsOwnItem(part))))
        {
            end++;
        }

        return end;
    }

    private void WriteText(IList<AIContent> contents, int start, int end, bool withIds)
    {
        var id = withIds ? ResponsesItems.IdOf(contents[start]) : null;
        json.WriteStartObject();
        if (id is not null)
        {
            json.WriteString("type"u8, "message"u8);
            json.WriteString("id"u8, id);
            json.WriteString("status"u8, "completed"u8);
        }

        json.WriteString("role"u8, "assistant"u8);
        if (Vocabulary.Get<string>(contents[start].AdditionalProperties, ResponsesItems.Phase) is { } phase)
        {
            json.WriteString("phase"u8, phase);
        }

        if (id is null && end - start == 1 && contents[start] is TextContent only)
        {
            json.WriteString("content"u8, only.Text);
        }
        else
        {
            json.WriteStartArray("content"u8);
            for (var i = start; i < end; i++)
            {
                ResponsesParts.Write(contents[i], isOutput: true, json);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void WriteCall(FunctionCallContent call, bool withIds)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "function_call"u8);
        if (withIds && ResponsesItems.IdOf(call) is { } id)
        {
            json.WriteString("id"u8, id);
        }

        json.WriteString("call_id"u8, call.CallId);
        json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, Contents.ArgumentsText(call));
        json.WriteEndObject();
    }

    private void WritePending()
    {
        var i = 0;
        while (i < _pending.Count)
        {
            var start = i++;
            // Text and the encrypted content of one item may come as two contents.
            while (i < _pending.Count && _pending[i - 1].ProtectedData is null && ResponsesItems.IdOf(_pending[i]) == ResponsesItems.IdOf(_pending[start]))
            {
                i++;
            }

            WriteReasoning(start, i);
        }

        _pending.Clear();
    }

    private void WriteReasoning(int start, int end)
    {
        var last = _pending[end - 1];
        var text = _pending[start].Text;
        for (var i = start + 1; i < end; i++)
        {
            text += _pending[i].Text;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "reasoning"u8);
        if (ResponsesItems.IdOf(last) is { } id)
        {
            json.WriteString("id"u8, id);
        }

        var inContent = ResponsesItems.IsReasoningText(_pending[start]);
        json.WriteStartArray("summary"u8);
        WriteReasoningText(inContent ? "" : text, "summary_text"u8);
        json.WriteEndArray();
        if (inContent)
        {
            json.WriteStartArray("content"u8);
            WriteReasoningText(text, "reasoning_text"u8);
            json.WriteEndArray();
        }

        if (last.ProtectedData is { } encrypted)
        {
            json.WriteString("encrypted_content"u8, encrypted);
        }

        json.WriteEndObject();
    }

    private void WriteReasoningText(string text, ReadOnlySpan<byte> type)
    {
        if (text.Length > 0)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteString("text"u8, text);
            json.WriteEndObject();
        }
    }

    private void DropPending()
    {
        if (_pending.Count > 0)
        {
            outbound.Losses.Add("messages.reasoning", LossKind.Dropped);
            _pending.Clear();
        }
    }
}
