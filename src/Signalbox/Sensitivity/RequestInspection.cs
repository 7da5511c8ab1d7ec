using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Sensitivity.Detectors;
using Signalbox.Sensitivity.Injection;

namespace Signalbox.Sensitivity;

/// <summary>Walks through everything textual in a request.</summary>
internal ref struct RequestInspection(SensitivityDetector detector, FindingSink found, InjectionScore score)
{
    private FindingSink _found = found;
    private InjectionScore _score = score;

    public readonly FindingSink Found => _found;

    public readonly InjectionScore Score => _score;

    public void Read(DialectRequest request)
    {
        Start(SensitivityFinding.InInstructions);
        Read(request.Options.Instructions, InjectionRole.Trusted);
        for (var i = 0; i < request.Messages.Count; i++)
        {
            // What forbids the model something has to be known before the messages that may ask for it.
            if (IsTrusted(request.Messages[i].Role))
            {
                Start(i);
                ReadMessage(request.Messages[i], InjectionRole.Trusted);
            }
        }

        for (var i = 0; i < request.Messages.Count; i++)
        {
            var message = request.Messages[i];
            if (!IsTrusted(message.Role))
            {
                Start(i);
                ReadMessage(message, message.Role == ChatRole.Assistant ? InjectionRole.Model : message.Role == ChatRole.Tool ? InjectionRole.Data : InjectionRole.User);
            }
        }

        Start(SensitivityFinding.InTools);
        for (var i = 0; i < (request.Options.Tools?.Count ?? 0); i++)
        {
            ReadTool(request.Options.Tools![i]);
        }

        if (request.Options.ResponseFormat is ChatResponseFormatJson { Schema: { } schema })
        {
            Read(schema.GetRawText(), InjectionRole.Trusted);
        }

        Start(SensitivityFinding.InFields);
        UnreadFields.Find(request.Body, request.RelayOnly, ref this);
    }

    /// <summary>A text that is in the body only. Prompts that could not be read are the user's; other fields are set by programs.</summary>
    public void ReadField(string text, bool isUsers) => Read(text, isUsers ? InjectionRole.User : InjectionRole.Trusted);

    private static bool IsTrusted(ChatRole role) => role == ChatRole.System || role == Vocabulary.Developer;

    private void ReadMessage(ChatMessage message, InjectionRole role)
    {
        Read(message.AuthorName, InjectionRole.Model);

        // By index: an enumerator of the interface would be allocated for every message.
        for (var i = 0; i < message.Contents.Count; i++)
        {
            switch (message.Contents[i])
            {
                case TextContent text: Read(text.Text, role); break;
                case TextReasoningContent reasoning: Read(reasoning.Text, InjectionRole.Model); break;
                case FunctionCallContent call: Read(Contents.ArgumentsText(call), InjectionRole.Model); break;
                case FunctionResultContent result: Read(Contents.ResultText(result), InjectionRole.Data); break;
                case UriContent uri: Read(uri.Uri.OriginalString, InjectionRole.Model); break;
                case DataContent data: ReadData(data); break;
                case OpaqueContent opaque: Read(opaque.Raw.GetRawText(), InjectionRole.Data); break;
            }
        }
    }

    private void ReadTool(AITool tool)
    {
        Read(tool.Description, InjectionRole.Trusted);
        switch (tool)
        {
            case AIFunctionDeclaration function: Read(function.JsonSchema.GetRawText(), InjectionRole.Trusted); break;
            case OpaqueTool opaque: Read(opaque.Raw.GetRawText(), InjectionRole.Trusted); break;
        }
    }

    // A picture says nothing to a detector of text; a text file does.
    private void ReadData(DataContent data)
    {
        Read(data.Name, InjectionRole.Model);
        if (data.MediaType.StartsWith("text/", StringComparison.Ordinal) || data.MediaType is "application/json" or "application/xml")
        {
            Read(System.Text.Encoding.UTF8.GetString(data.Data.Span), InjectionRole.Data);
        }
    }

    private void Start(int message) => (_found.Message, _found.Offset) = (message, 0);

    private void Read(string? text, InjectionRole role)
    {
        if (!string.IsNullOrEmpty(text))
        {
            detector.Read(text, role, ref _found, ref _score);
            _found.Offset += text.Length;
        }
    }
}
