namespace Signalbox.Configuration.Fields;

internal enum ReadOutcome
{
    /// <summary>There is a value to use.</summary>
    Value,

    /// <summary>Nothing was given: null, or a reference to the environment that came out empty.</summary>
    Absent,

    /// <summary>The value is wrong, and the problem is on the list.</summary>
    Failed,
}

/// <summary>What came of reading one value.</summary>
internal readonly struct ReadResult<T>
{
    private readonly T? _value;

    private ReadResult(ReadOutcome outcome, T? value) => (Outcome, _value) = (outcome, value);

    public static ReadResult<T> Absent { get; } = new(ReadOutcome.Absent, default);

    public static ReadResult<T> Failed { get; } = new(ReadOutcome.Failed, default);

    public ReadOutcome Outcome { get; }

    public bool HasValue => Outcome == ReadOutcome.Value;

    public T Value => HasValue ? _value! : throw new InvalidOperationException("There is no value.");

    public static ReadResult<T> Of(T value) => new(ReadOutcome.Value, value);
}
