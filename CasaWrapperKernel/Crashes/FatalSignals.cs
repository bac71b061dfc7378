using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.Crashes;

/// <summary>
/// What the process does when a signal ends it: Python's and the native stack go into the record, what has been printed
/// leaves, and whoever hears last words gets time to say some. Then the signal ends the process as it would have.
/// </summary>
/// <remarks>
/// The handlers are this class's own code, called by the system as it is, without .NET's transition from native code:
/// that would end the process at once where managed code has met a null reference, which .NET's handler makes an
/// exception of. So nothing here may allocate, throw, use an object or call what is not in <see cref="DyingCalls"/>.
/// Native code only: a runtime that compiles while it runs has nothing to call here.
/// </remarks>
internal static unsafe class FatalSignals
{
    // In siginfo_t and ucontext_t on x86-64.
    private const int SignalCode = 8;
    private const int SignalAddress = 16;
    private const int StackPointer = 160;

    private const int SigInfo = 4;
    private const int OnAlternateStack = 0x08000000;
    private const int Alarm = 14;
    private const int MostFrames = 100;
    private const int AlternateStackSize = 256 << 10;
    private const uint SecondsToDie = 6;
    private const int MillisecondsForLastWords = 3000;

    private static int Process;
    private static int Record;
    private static int Wake;
    private static int Done;
    private static int Told;
    private static byte* Path;

    // By the number of the signal.
    private static SignalAction* Runtimes;
    private static SignalAction* Pythons;

    /// <summary>Whether this build can do it.</summary>
    public static bool AreKnown => !RuntimeFeature.IsDynamicCodeSupported;

    /// <summary>From now on signals are told of; to be called again once Python's faulthandler is above.</summary>
    public static void Handle(BlackBox box, LastWords words)
    {
        if (!AreKnown || box.Descriptor < 0)
        {
            return;
        }

        var first = Runtimes == null;
        if (first)
        {
            DyingCalls.Find();
            Runtimes = (SignalAction*)NativeMemory.AllocZeroed(32, (nuint)sizeof(SignalAction));
            Pythons = (SignalAction*)NativeMemory.AllocZeroed(32, (nuint)sizeof(SignalAction));
            Path = (byte*)Marshal.StringToCoTaskMemUTF8(box.Path);
            (Process, Record, Wake, Done) = (Environment.ProcessId, box.Descriptor, words.Wake, words.Done);
            Libc.on_exit((nint)(delegate*<int, nint, void>)&OnExit, 0);
        }

        var kept = first ? Runtimes : Pythons;
        foreach (var signal in (ReadOnlySpan<int>)[4, 6, 7, 8, 11]) // SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV
        {
            Replace(signal, (nint)(delegate*<int, nint, nint, void>)&OnFault, kept);
        }

        foreach (var signal in (ReadOnlySpan<int>)[1, 3]) // SIGHUP, SIGQUIT; SIGTERM ends the kernel in order
        {
            Replace(signal, (nint)(delegate*<int, nint, nint, void>)&OnTermination, kept);
        }

        // A stack that has overflowed has no room for a handler; faulthandler's own is too small for all that is done.
        var stack = new Libc.AlternateStack
        {
            Start = (nint)NativeMemory.Alloc(AlternateStackSize),
            Size = AlternateStackSize,
        };
        Libc.sigaltstack(&stack, null);
    }

    /// <summary>Whoever ends the process now does so in good order.</summary>
    public static void Forget() => Record = -1;

    private static void Replace(int signal, nint handler, SignalAction* kept)
    {
        SignalAction before;
        DyingCalls.Sigaction(signal, null, &before);
        if (before.Handler == handler)
        {
            return;
        }

        kept[signal] = before;
        var ours = new SignalAction { Handler = handler, Flags = SigInfo | OnAlternateStack };
        DyingCalls.Sigaction(signal, &ours, null);
    }

    private static void OnFault(int signal, nint info, nint context)
    {
        if (!IsFatal(signal, info, context))
        {
            return;
        }

        if (IsForeign())
        {
            End(signal);
            return;
        }

        if (Interlocked.Exchange(ref Told, 1) != 0)
        {
            DyingCalls.Poll(null, 0, MillisecondsForLastWords); // the first that died speaks for all
            End(signal);
            return;
        }

        var none = default(SignalAction);
        DyingCalls.Sigaction(Alarm, &none, null);
        DyingCalls.Alarm(SecondsToDie); // whatever hangs in what follows
        Say("\n@signal "u8);
        Say(signal, 10);
        Say(" code "u8);
        Say(*(int*)(info + SignalCode), 10);
        Say(" address "u8);
        Say(*(long*)(info + SignalAddress), 16);
        Say(" stack "u8);
        Say(*(long*)(context + StackPointer), 16);
        Say("\n@python\n"u8);
        var python = Pythons[signal].Handler;
        if (python is not (SignalAction.Default or SignalAction.Ignore))
        {
            ((delegate* unmanaged[SuppressGCTransition]<int, nint, nint, void>)python)(signal, info, context);
        }

        Say("\n@native\n"u8);
        var frames = stackalloc nint[MostFrames];
        DyingCalls.BacktraceSymbols(frames, DyingCalls.Backtrace(frames, MostFrames), Record);
        HearLastWords();
        End(signal);
    }

    /// <summary>Whether it is no null reference of managed code, of which .NET makes an exception.</summary>
    private static bool IsFatal(int signal, nint info, nint context)
    {
        var runtime = Runtimes[signal].Handler;
        if (runtime is SignalAction.Default or SignalAction.Ignore)
        {
            return true;
        }

        ((delegate* unmanaged[SuppressGCTransition]<int, nint, nint, void>)runtime)(signal, info, context);
        SignalAction now;
        DyingCalls.Sigaction(signal, null, &now);
        return now.Handler == SignalAction.Default; // what .NET's handler does with a signal that is not for it
    }

    private static void OnTermination(int signal, nint info, nint context)
    {
        if (!IsForeign())
        {
            DyingCalls.Unlink(Path);
        }

        End(signal);
    }

    private static void OnExit(int status, nint argument)
    {
        if (!IsForeign() && Interlocked.Exchange(ref Told, 1) == 0)
        {
            Say("\n@exit "u8);
            Say(status, 10);
            Say("\n@native\n"u8);
            var frames = stackalloc nint[MostFrames];
            DyingCalls.BacktraceSymbols(frames, DyingCalls.Backtrace(frames, MostFrames), Record);
            HearLastWords();
        }
    }

    /// <summary>Whether this is a forked child, or nothing is to be told any more.</summary>
    private static bool IsForeign() => Record < 0 || DyingCalls.Getpid() != Process;

    private static void HearLastWords()
    {
        var one = 1UL;
        DyingCalls.Write(Wake, (byte*)&one, sizeof(ulong));
        var done = new Libc.PollFd { Fd = Done, Events = Libc.POLLIN };
        DyingCalls.Poll(&done, 1, MillisecondsForLastWords);
    }

    private static void End(int signal)
    {
        var none = default(SignalAction);
        DyingCalls.Sigaction(signal, &none, null);
        DyingCalls.Raise(signal); // comes when the handler returns
    }

    private static void Say(ReadOnlySpan<byte> text)
    {
        fixed (byte* bytes = text)
        {
            DyingCalls.Write(Record, bytes, text.Length);
        }
    }

    private static void Say(long number, int numeralBase)
    {
        var digits = stackalloc byte[24];
        var at = 24;
        var rest = numeralBase == 10 && number < 0 ? (ulong)-number : (ulong)number;
        do
        {
            var digit = (byte)(rest % (uint)numeralBase);
            digits[--at] = (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
            rest /= (uint)numeralBase;
        }
        while (rest > 0);
        if (numeralBase == 10 && number < 0)
        {
            digits[--at] = (byte)'-';
        }

        DyingCalls.Write(Record, digits + at, 24 - at);
    }
}
