namespace Signalbox.Inference;

/// <summary>A fault of the engine where an interface of the vocabulary leaves no other way to say it.</summary>
public sealed class EngineException : Exception
{
    internal EngineException(EngineFault fault)
        : base(fault.Message) => Fault = fault;

    /// <summary>What is wrong, by kind, and what to do next.</summary>
    public EngineFault Fault { get; }
}
