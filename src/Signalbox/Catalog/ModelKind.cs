namespace Signalbox.Catalog;

/// <summary>What a model is for.</summary>
public enum ModelKind
{
    /// <summary>Answers messages.</summary>
    Chat,
    /// <summary>Turns text into vectors.</summary>
    Embedding,
    /// <summary>Turns speech into text.</summary>
    Transcription,
}
