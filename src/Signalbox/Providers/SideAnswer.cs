namespace Signalbox.Providers;

/// <summary>A provider's answer to something that is no chat, read whole; or its failure.</summary>
internal readonly record struct SideAnswer(byte[] Body, string ContentType, FailedAnswer? Failure);
