namespace Signalbox.Routing.Profiles;

/// <summary>The words of the outward contract for what a request is about. A route may have words of its own beside them.</summary>
internal static class TaskNames
{
    public const string AudioTranscription = "audio_transcription";
    public const string TextSummarization = "text_summarization";
    public const string CodeGeneration = "code_generation";
    public const string CreativeWriting = "creative_writing";
    public const string DataGeneration = "data_generation";
    public const string ComplexReasoning = "complex_reasoning";
    public const string Classification = "classification";
    public const string Translation = "translation";
    public const string QuestionAnswering = "question_answering";
    public const string Chat = "chat";

    public static IReadOnlyList<string> All { get; } =
    [
        AudioTranscription, TextSummarization, CodeGeneration, CreativeWriting, DataGeneration,
        ComplexReasoning, Classification, Translation, QuestionAnswering, Chat,
    ];
}
